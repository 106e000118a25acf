using System.Text.RegularExpressions;
using SecStream.Host.Telemetry;
using SecStream.Integration.Tests.Http.Harness;
using SecStream.TestParts;

namespace SecStream.Integration.Tests.Infra;

/// <summary>Names of metrics: those that may be used, and those that an expression uses.</summary>
internal static partial class MetricNames
{
    private static readonly string[] s_suffixes = ["_bucket", "_sum", "_count"];

    /// <summary>The names of infra/prometheus/metrics.txt, with the type each has.</summary>
    public static IReadOnlyDictionary<string, string> Declared { get; } = File.ReadAllLines(RepositoryFiles.At("infra", "prometheus", "metrics.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#')).Select(line => line.Split(' ', 4)).ToDictionary(parts => parts[0], parts => parts[1]);

    /// <summary>The names that a page of metrics declares.</summary>
    public static HashSet<string> OnPage(string page) => [.. TypeLine().Matches(page).Select(match => match.Groups[1].Value)];

    /// <summary>What a service exports of which there is something to say.</summary>
    public static async Task<HashSet<string>> ExportedAsync()
    {
        await using var api = await RunningApi.StartAsync();
        api.Service.Figures = StackFigures.All;
        using var meter = new ServiceMeter(new FixedService { Figures = StackFigures.All }, TimeProvider.System);
        using var reader = new MetricsReader(meter);
        meter.RecordSnapshot(TimeSpan.FromSeconds(1));
        meter.RecordStandstill(TimeSpan.FromSeconds(1));
        meter.RecordBulk(TimeSpan.FromSeconds(1));
        var names = OnPage(reader.Write());

        // The server counts a request after its answer has gone out.
        for (var tries = 0; tries < 50 && !names.Contains("http_server_request_duration_seconds"); tries++)
        {
            await api.SendAsync("POST", "/ingest", "{}");
            names.UnionWith(OnPage((await api.SendAsync("GET", "/metrics")).Body));
        }

        return names;
    }

    /// <summary>SecStream's own names that an expression uses; those of a histogram without what is added to them.</summary>
    public static IEnumerable<string> In(string expression) => Name().Matches(expression).Select(match => Base(match.Value));

    private static string Base(string name) => s_suffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.Ordinal) && Declared.GetValueOrDefault(name[..^suffix.Length]) is "histogram" or null && name.Contains("_seconds_", StringComparison.Ordinal)) is { } added
        ? name[..^added.Length]
        : name;

    [GeneratedRegex(@"(?<![a-zA-Z0-9_:])(?:secstream|dotnet|http_server|kestrel)_[a-z0-9_]+")]
    private static partial Regex Name();

    [GeneratedRegex(@"^# TYPE ([a-zA-Z0-9_:]+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
