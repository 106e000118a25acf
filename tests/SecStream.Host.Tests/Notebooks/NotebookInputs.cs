using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Benchmark.Detectors;
using SecStream.Host.Benchmark.Tabular;
using SecStream.Host.Cli;
using SecStream.Host.Features;
using SecStream.Host.Rules;
using SecStream.Host.Tests.Features;
using SecStream.Host.Tests.Harness;
using SecStream.Stages.Alerting;
using EventId = SecStream.Core.Observations.EventId;

namespace SecStream.Host.Tests.Notebooks;

/// <summary>The files that notebooks read, small, made by what makes them in earnest.</summary>
internal static class NotebookInputs
{
    public static void Write(TemporaryFolder folder)
    {
        WriteFeatures(folder);
        WriteBenchmarks(folder);
        File.WriteAllBytes(folder.File("training-report.json"), GeneratedWindows.Trained.Value.Files.First(f => f.Name == "training-report.json").Content);
        WriteAlerts(folder);
    }

    private static void WriteFeatures(TemporaryFolder folder)
    {
        using var writer = new StreamWriter(folder.File("features.csv"));
        FeatureCsv.Write(writer, GeneratedWindows.Store(days: 3), new FeatureRange(GeneratedWindows.Schema, GeneratedWindows.Window, null, null), new LargeIsStrange(), CancellationToken.None);
    }

    private static void WriteBenchmarks(TemporaryFolder folder)
    {
        foreach (var (name, distance) in new[] { ("near", 2.0), ("far", 4.0) })
        {
            var random = new Random(5);
            var rows = Enumerable.Range(0, 200).Select(r => $"{random.NextDouble() + (r % 20 == 0 ? distance / 4 : 0):R},{random.NextDouble():R},{(r % 20 == 0 ? 1 : 0)}");
            folder.Write($"sets/{name}.csv", "a,b,label\n" + string.Join('\n', rows) + "\n");
        }

        var options = new TabularOptions { Data = folder.File("sets"), Seeds = 1, Detectors = ["hbos", "mlnet-pca"] };
        folder.Write("tabular.json", JsonSerializer.Serialize(new TabularBenchmark(options, _ => { }).Run(CancellationToken.None), JsonOutput.Options));
        folder.Write("detectors.json", JsonSerializer.Serialize(DetectorSpeed.Measure(1000, 1, CancellationToken.None), JsonOutput.Options));
    }

    private static void WriteAlerts(TemporaryFolder folder)
    {
        var rule = RuleFolder.Load(Repository.File("pipeline", "rules")).Rules.Rules.First(r => r.Code == "P5");
        var (start, end) = (GeneratedWindows.First + (2 * EventClock.Day), GeneratedWindows.First + (2 * EventClock.Day) + GeneratedWindows.Window);
        var alert = new Alert
        {
            Id = new string('a', 32),
            Tenant = "default",
            RuleCode = rule.Code,
            Key = [("secstream.api_key.id", "key-3")],
            Opened = end,
            Start = start,
            End = end,
            Observed = new Observed("grade", 0.9, ">=", 0.8, GeneratedWindows.Window, "anomaly"),
            Evidence = [new EvidenceItem(new EventId(1, 2), start + 5, 1)],
            Total = 400,
            Events = 400,
            Anomaly = LargeIsStrange.Anomaly(start, end),
        };
        using var document = new AlertDocument(new Dictionary<string, string> { ["models"] = "test" });
        var text = Encoding.UTF8.GetString(document.Write(alert, rule, new AlertState()));
        folder.Write("alerts.ndjson", text + "\n" + Encoding.UTF8.GetString(document.Write(alert with { Anomaly = null, Id = new string('b', 32) }, rule, new AlertState())) + "\n");
    }

    /// <summary>A judge that can be foretold: what has many requests is strange.</summary>
    private sealed class LargeIsStrange : IWindowJudge
    {
        public string Model => "test";

        public static Anomaly Anomaly(long start, long end) => new()
        {
            Profile = "api-key",
            Start = start,
            End = end,
            Events = 400,
            Grade = 0.9,
            P = Math.Pow(10, -5.4),
            Confidence = 0.8,
            ExpectedFalsePerDay = 0.01,
            Severity = Severity.High,
            Model = "test",
            Detectors = [new DetectorOpinion("baseline", 7.5, 1e-6, 0.6), new DetectorOpinion("forest", 0.7, 1e-3, 0.4)],
            Contributions =
            [
                new Contribution("requests", "requests", 400, 40, 20, 70, 0.7, 9.3),
                new Contribution("error_ratio", "share of errors", 0.4, 0.02, 0, 0.1, 0.2, 5),
                new Contribution("country", "country", 0, 0, 0, 0, 0.1, double.NaN, "DE", "NL"),
            ],
            Evidence = [],
        };

        public Judgement Judge(FeatureVector window)
        {
            var grade = Math.Clamp(window.Values[0] / 500, 0, 1);
            return window.Events < 3 ? new Judgement(JudgementState.TooLittle, 1, 0, null) : new Judgement(JudgementState.Judged, Math.Pow(10, -6 * grade), grade, null);
        }

        public Anomaly Explain(FeatureVector window) => Anomaly(window.Start, window.End);
    }
}
