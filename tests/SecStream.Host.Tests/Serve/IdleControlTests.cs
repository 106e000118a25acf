using System.Security.Cryptography;
using System.Text.Json;
using SecStream.Connectors.Files;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Host.Serve;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Tests.Versions;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class IdleControlTests
{
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task TakeAsync_SourceNotAskedForOthersAreBehind_IsNotQuiet()
    {
        var clock = new Steps();
        var log = new MemoryControlLog();
        var (behind, live) = (new Fed("behind", 1), new Fed("live", 1_000));
        behind.Give(1000);
        using var engine = new BareEngine(behind, live);
        var arrived = DateTimeOffset.MinValue;
        await engine.RunAsync(async (pump, cancellation) =>
        {
            var idle = new IdleControl([behind, live], [], log, clock, s_lateness);
            for (var second = 0; second < 40; second++)
            {
                await pump.PumpAsync(cancellation);
                await pump.SwapAsync(() => true, cancellation);
                await idle.TakeAsync(pump, cancellation);
                clock.Now += TimeSpan.FromSeconds(1);
                if (second == 20)
                {
                    arrived = clock.Now;
                    live.Give(1);
                }
            }
        });

        // What waits in it since it arrived must not be late when its turn comes.
        Assert.NotEmpty(log.Entries);
        Assert.DoesNotContain("live 1000", engine.Seen);
        Assert.All(log.Entries, entry => Assert.True(EventClock.ToInstant(entry.Value) < arrived - s_lateness, $"{entry} after {arrived:O}"));
    }

    [Fact]
    public async Task TakeAsync_ReadingWasHeldUp_DecidesAsOfBefore()
    {
        var clock = new Steps();
        var log = new MemoryControlLog();
        var (busy, quiet) = (new Fed("busy", 1), new Fed("quiet", 1));
        using var engine = new BareEngine(busy, quiet);
        var before = DateTimeOffset.MaxValue;
        await engine.RunAsync(async (pump, cancellation) =>
        {
            var idle = new IdleControl([busy, quiet], [], log, clock, s_lateness);
            await pump.PumpAsync(cancellation);
            await idle.TakeAsync(pump, cancellation);
            clock.Now += TimeSpan.FromSeconds(10);
            await pump.PumpAsync(cancellation);
            await idle.TakeAsync(pump, cancellation);
            before = clock.Now;

            // A disk that takes nothing for an hour: what has come for the quiet source meanwhile, nobody has looked for.
            await pump.PumpAsync(cancellation);
            clock.Now += TimeSpan.FromHours(1);
            await idle.TakeAsync(pump, cancellation);
        });
        Assert.NotEmpty(log.Entries);
        Assert.All(log.Entries, entry => Assert.True(EventClock.ToInstant(entry.Value) <= before - s_lateness, $"{entry} after {before:O}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TakeAsync_DecisionInTheMiddleOfAFileNotReadYet_IsObeyedThere(bool isReplay)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "line 1\nline 2\nline 3\n");
        var hash = HashOf("line 1"u8);
        var clock = new Steps();
        using IRecordSource source = isReplay ? new FileSource(path, "default") : new TailSource(path, "default", clock);
        ControlEntry[] made = [new(ControlKinds.Idle, 0, 0, 3, path, ""), new(ControlKinds.Idle, hash, 7, 5, path, ""), new(ControlKinds.Idle, hash, 14, 6, path, "")];
        await RunAsync(source, made, clock, ["auth.log idle 3", "auth.log 0", "auth.log idle 5", "auth.log 7", "auth.log idle 6", "auth.log 14"]);
    }

    [Fact]
    public async Task TakeAsync_DecisionInAFileBehindARotation_IsObeyedThere()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "old 1\n");
        var clock = new Steps();
        using var source = new TailSource(path, "default", clock);
        Assert.True(source.TryRead(new RecordBatch()));
        File.Move(path, path + ".1");
        folder.Write("auth.log", "new 1\nnew 2\n");
        var hash = HashOf("new 1"u8);
        await RunAsync(source, [new(ControlKinds.Idle, hash, 6, 5, path, "")], clock, ["auth.log 0", "auth.log idle 5", "auth.log 6"]);
    }

    [Fact]
    public void Pending_SavedWithASnapshot_ComesBackAsItWas()
    {
        var source = new Fed("http", 1);
        ControlEntry[] made = [new(ControlKinds.Idle, 1, 7, 5, "http", ""), new(ControlKinds.Poison, 1, 8, 6, "http", "why"), new(ControlKinds.Idle, ulong.MaxValue, 14, 6, "http", "")];
        var idle = new IdleControl([source], made, new MemoryControlLog(), TimeProvider.System, s_lateness);
        var mark = new SnapshotMark(3, 0, new Dictionary<string, long>(), "", idle.Pending);
        var restored = JsonSerializer.Deserialize<SnapshotMark>(JsonSerializer.SerializeToUtf8Bytes(mark))!;
        Assert.Equal([made[0], made[2]], restored.Pending!);
    }

    /// <summary>The identity of a file that begins with a line.</summary>
    private static ulong HashOf(ReadOnlySpan<byte> line) => EventId.SourceHash("default", Convert.ToHexStringLower(SHA256.HashData(line)));

    private static async Task RunAsync(IRecordSource source, ControlEntry[] made, Steps clock, string[] expected)
    {
        using var engine = new BareEngine(source);
        await engine.RunAsync(async (pump, cancellation) =>
        {
            var idle = new IdleControl([source], made, log: null, clock, s_lateness);
            for (var i = 0; i < 20; i++)
            {
                await pump.PumpAsync(cancellation);
                await idle.TakeAsync(pump, cancellation);
                clock.Now += TimeSpan.FromSeconds(2);
            }
        });
        Assert.Equal(expected, engine.Seen);
    }

    /// <summary>A clock that goes where the test says, in both its faces.</summary>
    private sealed class Steps : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;
    }

    /// <summary>A source with some records, one a batch.</summary>
    private sealed class Fed(string name, long first) : IRecordSource
    {
        private int _left;

        public string Name => name;

        public bool HasEnded => false;

        public ulong SourceHash => 1;

        public long Position { get; private set; } = first;

        public void Give(int records) => _left += records;

        public bool TryRead(RecordBatch batch)
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            batch.Records.Add(new RecordSlice(0, 0, Position));
            batch.EndPosition = ++Position;
            return true;
        }

        public void Save(BinaryWriter writer) => writer.Write(Position);

        public void Restore(BinaryReader reader) => Position = reader.ReadInt64();

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
