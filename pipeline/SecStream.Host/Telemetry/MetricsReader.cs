using System.Diagnostics.Metrics;
using System.Text;

namespace SecStream.Host.Telemetry;

/// <summary>
/// Listens to the service's meter, the runtime and the HTTP server, and writes what it heard for Prometheus. Thread-safe.
/// </summary>
public sealed class MetricsReader : IDisposable
{
    private static readonly double[] s_bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>What is taken from others; their names must be good ones to Prometheus, and their labels may carry no address.</summary>
    private static readonly HashSet<string> s_others =
    [
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.heap.total_allocated",
        "dotnet.gc.last_collection.memory.committed_size", "dotnet.gc.last_collection.heap.size", "dotnet.gc.pause.time",
        "dotnet.monitor.lock_contentions", "dotnet.exceptions", "http.server.request.duration", "http.server.active_requests",
    ];

    private readonly object _scope;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<Instrument, MetricFamily> _families = [];
    private readonly SortedDictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meter">The service's instruments; those of another service in this process are not taken.</param>
    public MetricsReader(ServiceMeter meter)
    {
        _scope = meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument))
            {
                lock (_lock)
                {
                    // Two web servers in one process have an instrument each of one name; to Prometheus they are one.
                    var family = Family(instrument);
                    _families[instrument] = _byName.TryAdd(family.Name, family) ? family : _byName[family.Name];
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        _listener.Start();
    }

    /// <summary>Everything heard, in the text format 0.0.4.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            // What is observed says everything anew; a source that is gone must go from here too.
            foreach (var (instrument, family) in _families)
            {
                if (instrument.IsObservable)
                {
                    family.Series.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            foreach (var family in _byName.Values)
            {
                PrometheusText.Write(text, family);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private bool IsWanted(Instrument instrument) =>
        instrument.Meter.Name == ServiceMeter.Name ? ReferenceEquals(instrument.Meter.Scope, _scope) : s_others.Contains(instrument.Name);

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (!_families.TryGetValue(instrument, out var family))
            {
                return;
            }

            var series = family.Of(tags);
            if (family.Type == MetricType.Histogram)
            {
                var bucket = Array.FindIndex(family.Bounds, b => value <= b);
                series.Buckets[bucket < 0 ? family.Bounds.Length : bucket]++;
                series.Value += value;
            }
            else
            {
                series.Value = instrument.IsObservable ? value : series.Value + value;
            }
        }
    }

    private static MetricFamily Family(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? MetricType.Histogram
            : kind.Contains("UpDown", StringComparison.Ordinal) || kind.Contains("Gauge", StringComparison.Ordinal) ? MetricType.Gauge
            : MetricType.Counter;
        var bounds = type == MetricType.Histogram
            ? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries is { Count: > 0 } own ? [.. own] : s_bounds
            : [];
        return new MetricFamily(PrometheusText.Name(instrument.Name, instrument.Unit, type), instrument.Description ?? instrument.Name, type, bounds);
    }
}
