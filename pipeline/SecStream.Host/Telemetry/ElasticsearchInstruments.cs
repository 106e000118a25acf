using System.Diagnostics.Metrics;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Windows;

namespace SecStream.Host.Telemetry;

/// <summary>The instruments of events and windows on their way to Elasticsearch.</summary>
internal static class ElasticsearchInstruments
{
    /// <summary>Makes them.</summary>
    /// <param name="meter">The meter of the service.</param>
    /// <param name="status">How they fare; null: none go there.</param>
    public static void Add(Meter meter, Func<EventSinkStatus?> status)
    {
        void Gauge(string name, string unit, string description, Func<EventSinkStatus, double?> value) => meter.CreateObservableGauge(
            name, () => status() is { } now && value(now) is { } figure ? [new Measurement<double>(figure)] : Array.Empty<Measurement<double>>(), unit, description);

        void Count(string name, string description, Func<EventSinkStatus, long> value) => meter.CreateObservableCounter(
            name, () => status() is { } now ? [new Measurement<long>(value(now))] : Array.Empty<Measurement<long>>(), "{event}", description);

        Gauge("secstream.elasticsearch.up", "", "1 while the cluster takes events, 0 while it does not", s => s.Error is null ? 1 : 0);
        Gauge("secstream.elasticsearch.spool", "By", "Bytes of documents that wait on disk", s => s.SpooledBytes);
        Gauge("secstream.elasticsearch.spool_limit", "By", "Bytes at which intake stops", s => s.SpoolLimitBytes);
        Count("secstream.elasticsearch.sent", "Events that Elasticsearch took", s => s.Sent);
        Count("secstream.elasticsearch.conflicts", "Events that were there before", s => s.Conflicts);
        Count("secstream.elasticsearch.retries", "Times an event had to be sent again", s => s.Retries);
        meter.CreateObservableCounter(
            "secstream.elasticsearch.rejected",
            () => status()?.Refused.Select(r => new Measurement<long>(r.Value, new KeyValuePair<string, object?>("error.type", r.Key))) ?? [],
            "{event}",
            "Documents that Elasticsearch refused for good, by the type of the error; they are dead letters");
    }

    /// <summary>Makes those of stored windows.</summary>
    /// <param name="meter">The meter of the service.</param>
    /// <param name="status">How they fare; null: none go there.</param>
    public static void AddWindows(Meter meter, Func<WindowShippingStatus?> status)
    {
        Measurement<long>[] One(Func<WindowShippingStatus, long> value) => status() is { } now ? [new Measurement<long>(value(now))] : [];

        meter.CreateObservableGauge("secstream.features.pending", () => One(s => s.PendingBytes), "By", "Bytes of stored windows that Elasticsearch does not have yet");
        meter.CreateObservableCounter("secstream.features.sent", () => One(s => s.Sent), "{window}", "Stored windows that Elasticsearch took");
        meter.CreateObservableCounter("secstream.features.retries", () => One(s => s.Retries), "{window}", "Times a stored window had to be sent again");
        meter.CreateObservableCounter("secstream.features.rejected", () => One(s => s.Refused), "{window}", "Stored windows that Elasticsearch refused for good");
    }
}
