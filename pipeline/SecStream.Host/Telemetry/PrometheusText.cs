using System.Globalization;
using System.Text;

namespace SecStream.Host.Telemetry;

/// <summary>
/// The text format 0.0.4 of Prometheus, with names as OpenTelemetry's compatibility rules have them: dots become underscores, units suffixes in full,
/// counters end in <c>_total</c>.
/// </summary>
internal static class PrometheusText
{
    /// <summary>Content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Name of an instrument.</summary>
    public static string Name(string instrument, string? unit, MetricType type)
    {
        var name = new StringBuilder(Clean(instrument));
        var suffix = unit switch
        {
            null or "" => "",
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "1" => type == MetricType.Gauge ? "ratio" : "",
            "%" => "percent",
            _ => unit[0] == '{' ? "" : Clean(unit),
        };
        if (suffix.Length > 0 && !Ends(name, suffix))
        {
            name.Append('_').Append(suffix);
        }

        return type == MetricType.Counter && !Ends(name, "total") ? name.Append("_total").ToString() : name.ToString();
    }

    /// <summary>Labels in the order of their names, escaped, without braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (key, value) in sorted)
        {
            text.Append(text.Length > 0 ? "," : "").Append(Clean(key)).Append("=\"");
            Escape(text, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quote: true);
            text.Append('"');
        }

        return text.ToString();
    }

    /// <summary>Writes an instrument; nothing when it has no series.</summary>
    public static void Write(StringBuilder text, MetricFamily family)
    {
        if (family.Series.Count == 0)
        {
            return;
        }

        text.Append("# HELP ").Append(family.Name).Append(' ');
        Escape(text, family.Help, quote: false);
        text.Append("\n# TYPE ").Append(family.Name).Append(' ').Append(family.Type.ToString().ToLowerInvariant()).Append('\n');
        foreach (var (labels, series) in family.Series)
        {
            if (family.Type == MetricType.Histogram)
            {
                WriteHistogram(text, family, labels, series);
            }
            else
            {
                Line(text, family.Name, "", labels, series.Value);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, string labels, MetricSeries series)
    {
        long count = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            count += series.Buckets[i];
            var bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            Line(text, family.Name, "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"", count);
        }

        Line(text, family.Name, "_sum", labels, series.Value);
        Line(text, family.Name, "_count", labels, count);
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            clean.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? "_" + clean : clean.ToString();
    }

    private static bool Ends(StringBuilder name, string word) => name.ToString().EndsWith("_" + word, StringComparison.Ordinal);

    private static void Escape(StringBuilder target, string text, bool quote)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => target.Append(@"\\"),
                '\n' => target.Append(@"\n"),
                '"' when quote => target.Append("\\\""),
                _ => target.Append(c),
            };
        }
    }
}
