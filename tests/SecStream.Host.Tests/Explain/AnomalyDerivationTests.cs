using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Documents;
using SecStream.Host.Explain;
using SecStream.Host.Replay;
using SecStream.Host.Stores;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Versions;
using SecStream.Stages.Profiles;
using Spectre.Console;
using Xunit;

namespace SecStream.Host.Tests.Explain;

/// <summary>An alert about an anomaly is derived again from the stored events, by the model it names.</summary>
public sealed class AnomalyDerivationTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_WithTheModel_AgreesAndShowsBothMeasurements()
    {
        var document = await ReplayAsync();
        Assert.Equal("P5", DocumentFields.Text(document, "rule.id"));
        Assert.Equal("secstream-test-model", DocumentFields.Text(document, "secstream.versions.models"));
        Assert.StartsWith(
            "API key k1: 120 requests in 5 min, normally 3–10 at this hour (24× the usual", DocumentFields.Text(document, "message"), StringComparison.Ordinal);

        var explanation = await ExplainAsync(document, _ => new RateModels(grade: 0.86));

        Assert.Empty(explanation.Differences);
        Assert.True(explanation.Agrees, string.Join("; ", explanation.Notes));
        Assert.Equal(DocumentFields.Texts(document, "secstream.evidence.event_ids"), explanation.Timeline.Select(e => e.Id));
        Assert.NotEmpty(explanation.Timeline);
        var text = Print(explanation);
        Assert.Contains("grade 0.86 (derived again 0.86)", text, StringComparison.Ordinal);
        Assert.Contains("request_rate", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_WithoutTheModel_SaysWhatCannotBeDerived()
    {
        var explanation = await ExplainAsync(await ReplayAsync(), _ => null);
        Assert.False(explanation.Agrees);
        Assert.Contains(explanation.Notes, note => note.Contains("model secstream-test-model is not here", StringComparison.Ordinal));
        Assert.Contains("grade 0.86", Print(explanation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_WithAnotherJudgement_ShowsWhereItDiffers()
    {
        var explanation = await ExplainAsync(await ReplayAsync(), _ => new RateModels(grade: 0.9));
        Assert.False(explanation.Agrees);
        Assert.Contains(explanation.Differences, difference => difference is { Field: "secstream.anomaly.grade", Stored: "0.86", Derived: "0.9" });
    }

    private async Task<JsonElement> ReplayAsync()
    {
        var lines = new StringBuilder();
        for (var minute = -60; minute < 30; minute++)
        {
            var requests = minute is >= 0 and < 5 ? 24 : 1;
            for (var i = 0; i < requests; i++)
            {
                var time = Noon.AddMinutes(minute).AddSeconds(i).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                lines.Append(CultureInfo.InvariantCulture, $"{{\"@timestamp\":\"{time}\",\"event.action\":\"api_request\",\"secstream.api_key.id\":\"k1\",\"url.path\":\"/v1/{i}\"}}\n");
            }
        }

        var input = _folder.Write("requests.ndjson", lines.ToString());
        Directory.CreateDirectory(_folder.File("data"));
        var options = new PipelineOptions { GeoIp = [], Lanes = 1 };
        var knowledge = Knowledge.Load(options);
        var run = new ReplayRun(options, _folder.File("data"), TimeProvider.System)
        {
            Timeline = KnowledgeTimeline.Of(knowledge, models: ModelTimeline.Of(new RateModels(grade: 0.86)), withProfiles: true),
        };
        await run.RunAsync([input], null, CancellationToken.None);
        var line = Assert.Single(File.ReadLines(_folder.File("data/alerts.ndjson")));
        using var parsed = JsonDocument.Parse(line);
        return parsed.RootElement.Clone();
    }

    private async Task<Explanation> ExplainAsync(JsonElement document, Func<string, IModelSet?> find)
    {
        using var stores = ResultStores.ForCommand(_folder.File("data"), TimeProvider.System);
        var alert = await SecStream.Host.Cli.ExplainCommand.FindAsync(stores, DocumentFields.Text(document, "event.id")!, incidents: false, CancellationToken.None);
        var derivation = new AlertDerivation(stores, new PipelineOptions { GeoIp = [] }, TimeProvider.System) { FindModel = find };
        return await derivation.ExplainAsync(alert, CancellationToken.None);
    }

    private static string Print(Explanation explanation)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 400;
        ExplanationReport.Print(console, explanation, 5);
        return text.ToString();
    }

    /// <summary>A model by which 50 requests of an API key in five minutes are too many.</summary>
    private sealed class RateModels(double grade) : IModelSet
    {
        public string Id => "secstream-test-model";

        public IWindowJudge? JudgeOf(FeatureSchema schema, long window) => schema.Profile == "api-key" && window == 5 * EventClock.Minute ? new RateJudge(Id, grade) : null;

        public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key) => null;

        private sealed class RateJudge(string id, double grade) : IWindowJudge
        {
            public string Model => id;

            public Judgement Judge(FeatureVector window) => window.Events >= 50
                ? new(JudgementState.Judged, Math.Pow(10, -6 * grade), grade, Severity.High)
                : new(JudgementState.Judged, 1, 0, null);

            public Anomaly Explain(FeatureVector window) => new()
            {
                Profile = window.Schema.Profile,
                Start = window.Start,
                End = window.End,
                Events = window.Events,
                Grade = grade,
                P = Math.Pow(10, -6 * grade),
                Confidence = 1,
                ExpectedFalsePerDay = 0.1,
                Severity = Severity.High,
                Model = id,
                Detectors = [new("rate", window.Events, 1e-5, 1)],
                Contributions = [new("request_rate", "requests", window.Events, 5, 3, 10, 1, 20)],
                Evidence = [.. window.Evidence],
            };
        }
    }
}
