using System.Diagnostics.Metrics;
using SecStream.Core.Alerts;
using SecStream.Models.WindowModels;
using SecStream.Stages.Profiles;
using SecStream.Stages.Profiles.Windows;

namespace SecStream.Host.Telemetry;

/// <summary>How the windows of a class lie against the model's calibration.</summary>
/// <param name="Profile">Profile.</param>
/// <param name="Window">Length: <c>5m</c>.</param>
/// <param name="Report">What was counted on the last day.</param>
public sealed record ClassFigure(string Profile, string Window, DriftReport Report);

/// <summary>Anomalies of at least a severity.</summary>
/// <param name="Severity">The severity.</param>
/// <param name="Champion">That the champion found.</param>
/// <param name="Challenger">That the challenger would have found in the same windows.</param>
public sealed record ShadowFigure(Severity Severity, long Champion, long Challenger);

/// <summary>How the models stand.</summary>
/// <param name="Model">The champion.</param>
/// <param name="Age">Since the end of its last day of training; null: not known.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="Challenger">The challenger; null: none.</param>
/// <param name="Shadow">What both found.</param>
public sealed record ModelFigures(string Model, TimeSpan? Age, IReadOnlyList<ClassFigure> Classes, string? Challenger, IReadOnlyList<ShadowFigure> Shadow);

/// <summary>How profiles stand.</summary>
/// <param name="Keys">Keys that profiles are kept of.</param>
/// <param name="Bytes">Their memory.</param>
/// <param name="Counters">What shards did.</param>
/// <param name="Windows">What became of windows.</param>
public sealed record ProfileFigures(long Keys, long Bytes, ProfileCounters Counters, WindowCounters Windows);

/// <summary>Instruments of profiles, anomalies and models.</summary>
internal static class DetectionInstruments
{
    /// <summary>Adds them.</summary>
    public static void Add(Meter meter, Func<ServiceStatus> status)
    {
        AddProfiles(meter, status);
        AddModels(meter, status);
    }

    private static void AddProfiles(Meter meter, Func<ServiceStatus> status)
    {
        Gauge(meter, "secstream.profiles.keys", "{key}", "Keys that profiles are kept of", () => Of(status, p => p.Keys));
        Gauge(meter, "secstream.profiles.size", "By", "Memory of profiles", () => Of(status, p => p.Bytes));
        Gauge(meter, "secstream.profiles.key.size", "By", "Memory of profiles a key", () => Of(status, p => p.Keys == 0 ? 0 : p.Bytes / (double)p.Keys));
        Counter(meter, "secstream.profiles.evictions", "{key}", "Keys evicted over the bound of memory", () => Count(status, p => p.Counters.Evicted));
        Counter(meter, "secstream.profiles.unevaluated", "{row}", "Occurrences too late to be counted in their window", () => Count(status, p => p.Counters.Unevaluated));
        Counter(meter, "secstream.windows.stored", "{window}", "Windows stored for training", () => Count(status, p => p.Windows.Stored));
        meter.CreateObservableCounter(
            "secstream.windows", () => status().Profiles is { } p ? new (string State, long Count)[]
            {
                ("judged", p.Windows.Judged), ("learning", p.Windows.Learning), ("without_model", p.Windows.WithoutModel),
            }.Select(s => new Measurement<long>(s.Count, new KeyValuePair<string, object?>("state", s.State))) : [],
            "{window}", "Windows that closed, by what became of them");
        meter.CreateObservableCounter(
            "secstream.anomalies", () => status().Profiles is { } p
                ? Enum.GetValues<Severity>().Select(s => new Measurement<long>(p.Windows.Anomalies[(int)s], new KeyValuePair<string, object?>("severity", s.ToString().ToLowerInvariant())))
                : [],
            "{window}", "Windows that were anomalies, by severity");
    }

    private static void AddModels(Meter meter, Func<ServiceStatus> status)
    {
        Gauge(meter, "secstream.model.age", "s", "Since the end of the champion's last day of training", () =>
            status().Models is { Age: { } age } ? [new Measurement<double>(age.TotalSeconds)] : []);
        Gauge(meter, "secstream.model.drift.psi", "", "Population stability index by class and feature (p: the score); above 0.25 it has drifted", () =>
            (status().Models?.Classes ?? []).SelectMany(c => c.Report.Indices.Where(i => double.IsFinite(i.Index)).Select(i => new Measurement<double>(
                i.Index, new("profile", c.Profile), new("window", c.Window), new("feature", i.Name)))));
        Gauge(meter, "secstream.model.exceedance.ratio", "", "Share of windows with p of at most 0.001 against 0.001; 1 is as promised", () =>
            (status().Models?.Classes ?? []).Where(c => double.IsFinite(c.Report.ExceedanceRatio)).Select(c => new Measurement<double>(
                c.Report.ExceedanceRatio, new("profile", c.Profile), new("window", c.Window))));
        Gauge(meter, "secstream.model.shadow.anomalies", "{window}", "Anomalies of at least a severity in the same windows, by who found them", () =>
            (status().Models?.Shadow ?? []).SelectMany(s => new[] { ("champion", s.Champion), ("challenger", s.Challenger) }.Select(w => new Measurement<double>(
                w.Item2, new("severity", s.Severity.ToString().ToLowerInvariant()), new("model", w.Item1)))));
    }

    private static void Gauge(Meter meter, string name, string unit, string description, Func<IEnumerable<Measurement<double>>> observe) =>
        meter.CreateObservableGauge(name, observe, unit, description);

    private static void Counter(Meter meter, string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
        meter.CreateObservableCounter(name, observe, unit, description);

    private static IEnumerable<Measurement<double>> Of(Func<ServiceStatus> status, Func<ProfileFigures, double> value) =>
        status().Profiles is { } profiles ? [new Measurement<double>(value(profiles))] : [];

    private static IEnumerable<Measurement<long>> Count(Func<ServiceStatus> status, Func<ProfileFigures, long> value) =>
        status().Profiles is { } profiles ? [new Measurement<long>(value(profiles))] : [];
}
