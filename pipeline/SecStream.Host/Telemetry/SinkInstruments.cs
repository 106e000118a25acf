using System.Diagnostics.Metrics;
using SecStream.Connectors.Outbox;

namespace SecStream.Host.Telemetry;

/// <summary>The instruments of the outputs of alerts.</summary>
internal static class SinkInstruments
{
    /// <summary>What an entry of the outbox takes, where nothing has been delivered yet to tell it by.</summary>
    private const double UsualEntryBytes = 1500;

    /// <summary>Makes them.</summary>
    /// <param name="meter">The meter of the service.</param>
    /// <param name="sinks">How the outputs fare.</param>
    public static void Add(Meter meter, Func<IReadOnlyList<SinkStatus>> sinks)
    {
        meter.CreateObservableGauge("secstream.sink.up", () => sinks().Select(s => new Measurement<int>(s.Error is null ? 1 : 0, Sink(s))), "", "1 while the sink takes what it is given, 0 while it is away");
        meter.CreateObservableGauge(
            "secstream.sink.backlog_entries", () => sinks().Select(s => new Measurement<double>(Math.Ceiling(s.Lag / UsualEntryBytes), Sink(s))), "{entry}", "Entries that wait for a sink, estimated from their bytes");
        meter.CreateObservableCounter("secstream.sink.delivered", () => sinks().Select(s => new Measurement<long>(s.Delivered, Sink(s))), "{entry}", "Entries that a sink has taken");
        meter.CreateObservableCounter("secstream.sink.failures", () => sinks().Select(s => new Measurement<long>(s.Failures, Sink(s))), "{attempt}", "Attempts that a sink has refused or not answered");
    }

    private static KeyValuePair<string, object?> Sink(SinkStatus sink) => new("sink", sink.Name);
}
