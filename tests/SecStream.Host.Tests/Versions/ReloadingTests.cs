using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host.Ledger;
using SecStream.Host.Serve;
using SecStream.Host.Versions;
using SecStream.Stages.Parsing;
using SecStream.Stages.Rules.Evaluation;
using Xunit;

namespace SecStream.Host.Tests.Versions;

/// <summary>Reloads of a running pipeline, from files to alerts.</summary>
public sealed class ReloadingTests : IDisposable
{
    private readonly ReloadSetup _setup = new();
    private readonly MemoryControlLog _log = new();
    private readonly Alerts _alerts = new();

    [Fact]
    public async Task ReloadAsync_ChangedRules_AreInForceForEventsAfterIt()
    {
        var result = await RunAsync(async (reloading, feed) =>
        {
            await feed("login_failed", 1);
            _setup.WriteRule("A", "login_success");
            _setup.WriteRule("B", "login_failed");
            var reload = await reloading.ReloadAsync(CancellationToken.None);
            await feed("login_failed", 2);
            await feed("login_success", 3);
            return reload;
        });
        Assert.Equal((false, "rules"), (result.IsRefused, Assert.Single(result.Changed)));
        Assert.Equal(["A user1", "A user3", "B user2"], _alerts.Texts);
        var entry = _log.Entries[^1];
        Assert.Equal((ControlKinds.Activate, KnowledgeSubject.Rules, result.From), (entry.Kind, entry.Subject, entry.Value));
    }

    [Fact]
    public async Task ReloadAsync_RuleWithAnError_IsRefusedAndTheOldSetStays()
    {
        var result = await RunAsync(async (reloading, feed) =>
        {
            _setup.Write("rules/B.yml", "title: B\nlevel: high\ndetection: nonsense\n");
            _setup.Write("entities.yml", "users:\n  - name: bob\n    admin: true\n");
            var reload = await reloading.ReloadAsync(CancellationToken.None);
            Assert.Equal((BlindSpotKinds.ReloadRefused, reload.Message), (reloading.Observe().Single().Kind, reloading.Observe().Single().Detail));
            await feed("login_failed", 1);
            File.Delete(_setup.File("rules/B.yml"));
            Assert.Equal(["entities"], (await reloading.ReloadAsync(CancellationToken.None)).Changed);
            Assert.Empty(reloading.Observe());
            return reload;
        });
        Assert.True(result.IsRefused);
        Assert.Contains("B.yml:", result.Message, StringComparison.Ordinal);
        Assert.Equal(["A user1"], _alerts.Texts);
    }

    [Fact]
    public async Task ReloadAsync_NothingChanged_WritesNothing()
    {
        var result = await RunAsync((reloading, _) => reloading.ReloadAsync(CancellationToken.None));
        Assert.Equal((false, 0), (result.IsRefused, result.Changed.Count));
        Assert.Equal(KnowledgeSubject.OfFiles, _log.Entries.Select(e => e.Subject));
        Assert.All(_log.Entries, e => Assert.Equal(long.MinValue, e.Value));
    }

    /// <summary>Whoever names a time must not be told that all is well when the files have come into force from another one.</summary>
    [Fact]
    public async Task ReloadAsync_FromATimeWhenFilesAreInForceAlready_IsRefusedAndSaysSince()
    {
        var repeated = new ReloadResult(true, [], 0, "");
        var result = await RunAsync(async (reloading, _) =>
        {
            _setup.WriteRule("B", "login_success");
            var from = (await reloading.ReloadAsync(CancellationToken.None)).From;
            repeated = await reloading.ReloadAsync(CancellationToken.None, from);
            var late = await reloading.ReloadAsync(CancellationToken.None, from + EventClock.Hour);
            Assert.DoesNotContain(reloading.Observe(), o => o.Kind == BlindSpotKinds.ReloadRefused);
            return late;
        });
        Assert.False(repeated.IsRefused);
        Assert.True(result.IsRefused);
        Assert.Contains("in force for events from " + EventClock.ToInstant(_log.Entries[^1].Value).ToString("yyyy-MM-dd'T'HH:mm:ss", null), result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisableAsync_Rule_IsSilentUntilEnabledAcrossReloads()
    {
        await RunAsync(async (reloading, feed) =>
        {
            await feed("login_failed", 1);
            Assert.Equal(["disable A"], (await reloading.DisableAsync("A", CancellationToken.None)).Changed);
            await feed("login_failed", 2);
            _setup.WriteRule("B", "login_success");
            await reloading.ReloadAsync(CancellationToken.None);
            await feed("login_failed", 3);
            Assert.Equal([(BlindSpotKinds.RuleDisabled, "A")], reloading.Observe().Select(o => (o.Kind, o.Subject)));
            Assert.True((await reloading.DisableAsync("A", CancellationToken.None)).IsRefused);
            Assert.Equal(["enable A"], (await reloading.EnableAsync("A", CancellationToken.None)).Changed);
            await feed("login_failed", 4);
            return await reloading.DisableAsync("B", CancellationToken.None);
        });
        Assert.Equal(["A user1", "A user4"], _alerts.Texts);
        AssertSameFromLog();
    }

    [Fact]
    public async Task FromLog_AfterAnyChanges_IsWhatGrew()
    {
        await RunAsync(async (reloading, _) =>
        {
            _setup.WriteRule("B", "login_success");
            await reloading.ReloadAsync(CancellationToken.None);
            _setup.Write("entities.yml", "users:\n  - name: bob\n    admin: true\n");
            _setup.WriteRule("A", "login_failed", level: "low");
            await reloading.ReloadAsync(CancellationToken.None);
            File.Delete(_setup.File("rules/B.yml"));
            _setup.Write("bad.txt", "198.51.100.1\n");
            return await reloading.ReloadAsync(CancellationToken.None);
        });
        AssertSameFromLog();
        Assert.Equal(["A", "B", "A"], FromLog().Plan.Rules.Rules.Select(r => r.Code));
    }

    [Fact]
    public async Task ReloadAtStart_FilesChangedWhileStopped_ComeIntoForce()
    {
        await RunAsync((reloading, _) => reloading.ReloadAsync(CancellationToken.None));
        _setup.WriteRule("A", "login_success");
        await RunAsync((reloading, _) => Task.FromResult(reloading.ReloadAtStart()));
        Assert.Equal([long.MinValue, _log.Entries[^1].Value], FromLog().Plan.Rules.Rules.Select(r => r.From));
        _setup.Write("rules/A.yml", "title: [");
        var refused = await RunAsync((reloading, _) => Task.FromResult(reloading.ReloadAtStart()));
        Assert.True(refused.IsRefused);
        Assert.Equal(["A"], FromLog().Rules.Rules.Select(r => r.Code));
    }

    /// <summary>A restart fills no windows: a rule that had not seen enough before is told of after it, too.</summary>
    [Fact]
    public async Task Observe_RestartWhileAWindowFills_StillTellsOfIt()
    {
        var before = Array.Empty<Observation>();
        await RunAsync(async (reloading, _) =>
        {
            Assert.Empty(reloading.Observe());
            _setup.Write("rules/W.yml", """
                title: W
                name: w_base
                logsource: {product: secstream}
                detection:
                  failed: {event.action: login_failed}
                  condition: failed
                level: high
                ---
                title: Many
                correlation: {type: event_count, rules: [w_base], group-by: [user.name], timespan: 1h, condition: {gte: 5}}
                level: high
                secstream: {code: W}
                """);
            var reload = await reloading.ReloadAsync(CancellationToken.None);
            before = [.. reloading.Observe()];
            return reload;
        });
        Assert.Equal([(BlindSpotKinds.RuleWarmUp, "W")], before.Select(o => (o.Kind, o.Subject)));

        await RunAsync((reloading, _) =>
        {
            Assert.Equal(before, reloading.Observe());
            return reloading.ReloadAsync(CancellationToken.None);
        });
    }

    public void Dispose() => _setup.Dispose();

    private KnowledgeTimeline FromLog() => KnowledgeHistory.FromLog(_log.Entries, new VersionArchive(_setup.Archive), "default")!.Timeline;

    private KnowledgeTimeline? Grown { get; set; }

    private void AssertSameFromLog()
    {
        var again = FromLog();
        Assert.True(again.Continues(Grown!.Mark) && Grown.Continues(again.Mark));
        Assert.Equal(Grown.Versions, again.Versions);
        foreach (var time in _log.Entries.SelectMany(e => new[] { Math.Max(0, e.Value - 1), Math.Max(0, e.Value) }))
        {
            Assert.Equal(Grown.AlertVersions.At(time), again.AlertVersions.At(time));
            Assert.Equal(Grown.Enrichment.At(time).Versions, again.Enrichment.At(time).Versions);
        }
    }

    /// <summary>Runs a pipeline while <paramref name="act"/> works on it; events are of the present, as far as the reloads let them.</summary>
    private async Task<ReloadResult> RunAsync(Func<Reloading, Func<string, int, Task>, Task<ReloadResult>> act)
    {
        var archive = new VersionArchive(_setup.Archive);
        var history = Reloading.Begin(_setup.Options, archive, _log);
        var source = new FedSource();
        using var topology = new Topology(
            _setup.Options, history.Timeline, [new SourceSpec(source, new SourceOptions { Zone = TimeZoneInfo.Utc })], new NoEvents(), _alerts, TimeProvider.System);
        using var reloading = new Reloading(_setup.Options, archive, history, topology, _log, _ => { }, TimeProvider.System);
        ReloadResult? result = null;
        await topology.Engine.RunAsync(
            async (pump, cancellation) =>
            {
                var acting = act(reloading, FeedAsync);
                while (!acting.IsCompleted)
                {
                    await pump.PumpAsync(cancellation);
                    await reloading.TakeAsync(pump, cancellation);
                    await Task.Yield();
                }

                result = await acting;
                source.HasEnded = true;
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancellation);
                }
            },
            CancellationToken.None);
        Grown = reloading.Timeline;
        return result!;

        async Task FeedAsync(string action, int number)
        {
            // An event of the present: what came into force before it was asked for is in force for it.
            var time = Math.Max(EventClock.ToMicroseconds(TimeProvider.System.GetUtcNow()), reloading.Timeline.LastChange);
            source.Add($"{{\"@timestamp\":\"{EventClock.ToInstant(time):yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\",\"event\":{{\"id\":\"e{number}\",\"action\":\"{action}\"}},\"user\":{{\"name\":\"user{number}\"}}}}");
            while (!source.IsTaken)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>A source that gives what it is fed.</summary>
    private sealed class FedSource : IRecordSource
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<byte[]> _lines = new();
        private long _position;

        public string Name => "fed";

        public bool HasEnded { get; set; }

        public bool IsTaken => _lines.IsEmpty;

        public void Add(string line) => _lines.Enqueue(Encoding.UTF8.GetBytes(line));

        public bool TryRead(RecordBatch batch)
        {
            if (!_lines.TryPeek(out var line))
            {
                return false;
            }

            batch.Buffer = line;
            batch.SourceHash = EventId.SourceHash("default", Name);
            batch.Records.Add(new RecordSlice(0, line.Length, _position, Arrival: EventClock.ToMicroseconds(TimeProvider.System.GetUtcNow())));
            batch.EndPosition = ++_position;
            return _lines.TryDequeue(out _);
        }

        public void Save(BinaryWriter writer) => writer.Write(_position);

        public void Restore(BinaryReader reader) => _position = reader.ReadInt64();

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private sealed class Alerts : IAlertSink
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, Alert> _alerts = [];

        public IEnumerable<string> Texts => _alerts.Values.Select(a => $"{a.RuleCode} {a.Key[0].Value}").Order();

        public void Upsert(Alert alert, bool settled)
        {
            lock (_lock)
            {
                _alerts[alert.Id] = alert;
            }
        }

        public void Withdraw(string id, string? supersededBy)
        {
            lock (_lock)
            {
                _alerts.Remove(id);
            }
        }
    }

    private sealed class NoEvents : IEventSink
    {
        public void Write(IngestOutput output)
        {
            // Documents are of no interest here.
        }

        public void Save(BinaryWriter writer)
        {
            // Nothing is kept.
        }

        public void Restore(BinaryReader reader)
        {
            // Nothing was kept.
        }
    }
}
