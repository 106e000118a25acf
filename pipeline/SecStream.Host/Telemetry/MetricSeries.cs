namespace SecStream.Host.Telemetry;

/// <summary>What an instrument is to Prometheus.</summary>
internal enum MetricType
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Rises and falls.</summary>
    Gauge,

    /// <summary>Counts by bucket.</summary>
    Histogram,
}

/// <summary>An instrument and its series. Guarded by its reader's lock.</summary>
internal sealed class MetricFamily(string name, string help, MetricType type, double[] bounds)
{
    /// <summary>Most label sets of an instrument; what comes beyond is counted as one series <c>overflow</c>.</summary>
    public const int MaxSeries = 2000;

    /// <summary>Name of Prometheus, with unit and <c>_total</c>.</summary>
    public string Name => name;

    /// <summary>What it says.</summary>
    public string Help => help;

    /// <summary>Its type.</summary>
    public MetricType Type => type;

    /// <summary>Upper bounds of the buckets, without infinity.</summary>
    public double[] Bounds => bounds;

    /// <summary>The series by their labels, written as <c>{a="b"}</c>.</summary>
    public SortedDictionary<string, MetricSeries> Series { get; } = new(StringComparer.Ordinal);

    /// <summary>The series with these labels.</summary>
    public MetricSeries Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (!Series.TryGetValue(labels, out var series))
        {
            labels = Series.Count < MaxSeries ? labels : "overflow=\"true\"";
            if (!Series.TryGetValue(labels, out series))
            {
                series = new MetricSeries(new long[bounds.Length + 1]);
                Series.Add(labels, series);
            }
        }

        return series;
    }
}

/// <summary>The values of one label set.</summary>
internal sealed class MetricSeries(long[] buckets)
{
    /// <summary>Value of a counter or gauge, sum of a histogram.</summary>
    public double Value { get; set; }

    /// <summary>Measurements by bucket.</summary>
    public long[] Buckets => buckets;
}
