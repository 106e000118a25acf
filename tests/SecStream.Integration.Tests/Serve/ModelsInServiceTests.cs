using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Connectors.Files;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Pipeline;
using SecStream.Host;
using SecStream.Host.Configuration;
using SecStream.Host.Replay;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.Integration.Tests.Faults;
using SecStream.Training;
using SecStream.Training.Artefacts;
using SecStream.Training.Exclusions;
using SecStream.Training.Registry;

namespace SecStream.Integration.Tests.Serve;

/// <summary>Models of a running service: promoted and rolled back by the program, in force from an event time, the same in a replay of its data folder.</summary>
[Collection(FaultTests.Name)]
public sealed class ModelsInServiceTests : IDisposable
{
    private const string Rule = """
        title: Off baseline
        id: 00000000-0000-4000-8000-000000000001
        level: high
        logsource: {product: secstream, category: anomaly}
        detection:
          selection: {secstream.anomaly.profile: api-key}
          condition: selection
        secstream: {code: A, type: anomaly, min-severity: low, key: [secstream.api_key.id]}
        """;

    private const string Profile = """
        name: api-key
        title: How an API key is used
        key: secstream.api_key.id
        windows: [5m]
        features:
          requests: {type: count, noun: requests, min-absolute: 5, min-relative: 0.2}
        """;

    private static readonly DateTimeOffset s_start = new(2026, 3, 16, 12, 0, 30, TimeSpan.Zero);
    private readonly FaultFolder _folder = new();
    private readonly SetClock _clock = new();
    private int _events;

    public ModelsInServiceTests()
    {
        Directory.CreateDirectory(_folder.File("rules/profiles"));
        File.WriteAllText(_folder.File("rules/A.yml"), Rule);
        File.WriteAllText(_folder.File("rules/profiles/api-key.yml"), Profile);
        _clock.Offset = s_start - TimeProvider.System.GetUtcNow();
    }

    [Fact]
    public async Task PromoteAndRollback_WhileItRuns_AreInForceFromAnEventTimeAlsoInAReplay()
    {
        var (a, b) = Train();
        SortedDictionary<string, string> alerts;
        await using (var service = new InProcessService(_folder, _clock, configure: Configure))
        {
            await service.ListeningAsync();
            await BurstAsync(service, "key-3");
            await service.UntilAsync(() => service.Run.Topology.CountWindows().WithoutModel > 0, "a window closes without a model");

            // That window has been judged: nothing comes into force before its end.
            new ModelRegistry(_folder.Data, _clock).Promote(a, "test", forced: true, null);
            var (status, text) = await service.PostJsonAsync("/api/v1/reload?from=" + s_start.AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), "{}");
            Assert.True(status != HttpStatusCode.OK, text);

            await InForceAsync(service, a);
            await BurstAsync(service, "key-4");
            await AlertAsync(service, "key-4", a);
            await HostProgram.RunAsync(_folder.Path, "models", "promote", b, "--force", "--data", _folder.Data);
            await InForceAsync(service, b);
            await BurstAsync(service, "key-5");
            await AlertAsync(service, "key-5", b);
            await HostProgram.RunAsync(_folder.Path, "models", "rollback", "--data", _folder.Data);
            await InForceAsync(service, a);
            await BurstAsync(service, "key-6");
            await AlertAsync(service, "key-6", a);
            alerts = SettledAlerts.Collect((await AlertsAsync(service)).Select(alert => JsonNode.Parse(alert.GetRawText())!));
            await service.StopAsync();
        }

        Assert.Equal(3, alerts.Count);
        AssertActivated();
        SettledAlerts.AssertEqual(await ReplayAsync(), alerts, "the service and a replay of its data folder");
    }

    public void Dispose() => _folder.Dispose();

    private ServiceOptions Configure(ServiceOptions options) => options with
    {
        Pipeline = options.Pipeline with { RulesDirectory = _folder.File("rules") },
        Training = options.Training with { Enabled = false },
    };

    /// <summary>Two models of the same content.</summary>
    private (string A, string B) Train()
    {
        var schema = Knowledge.Load(new PipelineOptions { RulesDirectory = _folder.File("rules"), GeoIp = [] }).Plan.Rules.Profiles.Single().Schema;
        var draft = new TrainingRun(new OrdinaryDays(schema), Evidence.None.Excluded, Evidence.None.Explained, new TrainingOptions()).Train(null, CancellationToken.None);
        var registry = new ModelRegistry(_folder.Data, _clock);
        var (a, b) = (registry.Add(draft, "test"), registry.Add(new ArtefactDraft(OrdinaryDays.Last, draft.Manifest with { Seed = 99 }, draft.Files), "test"));
        Assert.NotEqual(a, b);
        return (a, b);
    }

    /// <summary>A key that asks as nobody does, within one window; then the window is over.</summary>
    private async Task BurstAsync(InProcessService service, string key)
    {
        var now = _clock.GetUtcNow();
        await service.PostAsync(Enumerable.Range(0, 400).Select(_ => string.Create(CultureInfo.InvariantCulture, $$"""
            {"@timestamp":"{{now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","event":{"id":"e{{_events++}}","action":"data_read"},"secstream":{"api_key":{"id":"{{key}}"} } }
            """)));
        _clock.Offset += TimeSpan.FromMinutes(10);
    }

    private static Task InForceAsync(InProcessService service, string id) =>
        service.UntilAsync(() => service.Run.Timeline.Models.Latest?.Id == id, $"{id} is in force");

    private static async Task<IReadOnlyList<JsonElement>> AlertsAsync(InProcessService service)
    {
        using var json = JsonDocument.Parse((await service.GetAsync("/api/v1/alerts?limit=1000")).Text);
        return [.. json.RootElement.GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("alert").Clone())];
    }

    private static Task AlertAsync(InProcessService service, string key, string model) => service.UntilAsync(
        async () => (await AlertsAsync(service)).Select(alert => alert.GetRawText()).Any(text => text.Contains($"\"{key}\"", StringComparison.Ordinal) && text.Contains(model, StringComparison.Ordinal)),
        $"an alert about {key} by {model}");

    /// <summary>The log says from when which models were in force: none, one, the other, the first again.</summary>
    private void AssertActivated()
    {
        var entries = FileControlLog.ReadFolder(_folder.InData("state", "control")).Where(e => e.Kind == ControlKinds.Activate && e.Subject == "models").ToList();
        Assert.Equal(4, entries.Count);
        Assert.Equal((entries[1].Detail, long.MinValue), (entries[3].Detail, entries[0].Value));
        Assert.Equal(3, entries.Select(e => e.Detail).Distinct().Count());
        Assert.All(entries.Zip(entries.Skip(1)), pair => Assert.True(pair.First.Value < pair.Second.Value));
        Assert.True(EventClock.ToInstant(entries[1].Value) >= s_start.AddMinutes(5));
    }

    private async Task<SortedDictionary<string, string>> ReplayAsync()
    {
        var record = ServiceRecord.Read(_folder.Data, "default");
        var options = Configure(new ServiceOptions { Pipeline = new PipelineOptions { Zone = TimeZoneInfo.Utc, GeoIp = [], Lateness = TimeSpan.FromSeconds(1) } }).Pipeline;
        await new ReplayRun(options, _folder.File("again"), TimeProvider.System) { Control = record.Control, Timeline = record.Timeline }.RunAsync(record.Journals, null, CancellationToken.None);
        return SettledAlerts.OfReplay(_folder.File("again"));
    }

    /// <summary>Fourteen days of twenty keys, until the day before: enough of them to be calibrated.</summary>
    private sealed class OrdinaryDays(FeatureSchema schema) : IFeatureStore
    {
        private const int Count = 14;

        public static long Last { get; } = EventClock.DayNumber(EventClock.ToMicroseconds(s_start)) - 1;

        public IReadOnlyList<FeatureSchema> Schemas() => [schema];

        public IReadOnlyList<long> Days(FeatureSchema schema) => [.. Enumerable.Range(0, Count).Select(d => Last - Count + 1 + d)];

        public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day)
        {
            var vector = FeatureVector.Of(schema);
            for (var end = (day * EventClock.Day) + window; end <= (day + 1) * EventClock.Day; end += window)
            {
                var random = new Random((int)(end / window));
                for (var key = 0; key < 20; key++)
                {
                    vector.Key = System.Text.Encoding.UTF8.GetBytes($"key-{key}");
                    (vector.Start, vector.End) = (end - window, end);
                    vector.Values[0] = Enumerable.Range(0, 8).Sum(_ => random.Next(key + 6));
                    vector.Events = (long)vector.Values[0] + 1;
                    yield return vector;
                }
            }
        }
    }
}
