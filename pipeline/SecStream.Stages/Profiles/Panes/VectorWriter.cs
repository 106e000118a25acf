using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Rows;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>Computes the values of a window from what its panes hold together. Has room of its own to sort in; not thread-safe.</summary>
internal sealed class VectorWriter(ProfileMemory memory)
{
    private static readonly Comparison<CategorySlot> ByCount = (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Hash.CompareTo(b.Hash);

    private readonly CategorySlot[] _categories = new CategorySlot[CategoryTable.MaxValues];
    private CountSlot[] _counts = new CountSlot[256];

    /// <summary>Fills a vector, but for its key and times.</summary>
    /// <param name="layout">The profile's layout.</param>
    /// <param name="whole">Everything of the window.</param>
    /// <param name="evidence">First events to name.</param>
    /// <param name="vector">What to fill.</param>
    public void Write(PaneLayout layout, Pane whole, int evidence, FeatureVector vector)
    {
        vector.Events = whole.Events;
        var pane = layout.PartsOf(whole, evidence, memory);
        for (var i = 0; i < layout.Cells.Length; i++)
        {
            vector.Values[i] = Value(layout.Cells[i], layout.Profile.Features[i].Quantile, pane);
        }

        for (var i = 0; i < pane.Categories.Length; i++)
        {
            WriteCategory(pane.Categories[i], vector.Categories[i]);
        }

        vector.Steps.Clear();
        foreach (ref readonly var step in pane.Steps.Entries)
        {
            vector.Steps.Add(step.Value);
        }

        vector.Evidence.Clear();
        var entries = pane.Evidence.Entries;
        foreach (ref readonly var entry in entries[..Math.Min(entries.Length, evidence)])
        {
            vector.Evidence.Add(new WindowEvent(new EventId(entry.IdHigh, entry.IdLow), entry.Time, (int)Math.Min(entry.Value, int.MaxValue)));
        }
    }

    private double Value(in Cell cell, double quantile, PaneParts pane) => cell.Type switch
    {
        FeatureType.Count => pane.Numbers[cell.At],
        FeatureType.Ratio => pane.Numbers[cell.At + 1] == 0 ? double.NaN : (double)pane.Numbers[cell.At] / pane.Numbers[cell.At + 1],
        FeatureType.Average => pane.Numbers[cell.At] == 0 ? double.NaN : (double)pane.Sum(cell.Sum) / pane.Numbers[cell.At] / ProfileValues.Scale,
        FeatureType.Percentile => Percentile(pane.Tables[cell.At], quantile),
        FeatureType.Distinct => pane.Distincts[cell.At].Estimate(),
        FeatureType.Sum => (double)pane.Sum(cell.Sum) / ProfileValues.Scale,
        FeatureType.Entropy => Entropy(pane.Tables[cell.At]),
        FeatureType.LocationVariance => Spread(
            pane.Numbers[cell.At], (double)pane.Numbers[cell.At + 1] / ProfileValues.UnitLength, (double)pane.Numbers[cell.At + 2] / ProfileValues.UnitLength,
            (double)pane.Numbers[cell.At + 3] / ProfileValues.UnitLength),
        FeatureType.TimeVariance => Spread(pane.Numbers[cell.At], pane.Numbers[cell.At + 1] / PaneLayout.DayUnit, pane.Numbers[cell.At + 2] / PaneLayout.DayUnit, 0),
        _ => Variance(pane.Numbers[cell.At], pane.Sum(cell.Sum), pane.Sum(cell.Sum + 1)),
    };

    /// <summary>1 − length of the mean direction: 0 when all are the same.</summary>
    private static double Spread(long count, double x, double y, double z) =>
        count == 0 ? double.NaN : Math.Clamp(1 - (Math.Sqrt((x * x) + (y * y) + (z * z)) / count), 0, 1);

    /// <summary>Population variance; the difference is of whole numbers, so nothing cancels.</summary>
    private static double Variance(long count, Int128 sum, Int128 squares)
    {
        if (count == 0)
        {
            return double.NaN;
        }

        var mean = (double)sum / count;
        var rest = (double)(squares - (sum / count * sum));
        return Math.Max(0, (rest - ((double)(sum % count) * mean)) / count) / (ProfileValues.Scale * ProfileValues.Scale);
    }

    private double Percentile(in CountTable table, double quantile)
    {
        var slots = Sorted(table);
        long total = 0;
        foreach (ref readonly var slot in slots)
        {
            total += slot.Count;
        }

        var rank = (long)Math.Ceiling(quantile * total);
        foreach (ref readonly var slot in slots)
        {
            rank -= slot.Count;
            if (rank <= 0)
            {
                return LogBuckets.Middle(slot.Key - 1) / ProfileValues.Scale;
            }
        }

        return double.NaN;
    }

    private double Entropy(in CountTable table)
    {
        // In order of the classes: sums of doubles depend on their order.
        var slots = Sorted(table);
        if (slots.IsEmpty)
        {
            return double.NaN;
        }

        long total = 0;
        foreach (ref readonly var slot in slots)
        {
            total += slot.Count;
        }

        var sum = 0.0;
        foreach (ref readonly var slot in slots)
        {
            var share = (double)slot.Count / total;
            sum -= share * Math.Log2(share);
        }

        return Math.Max(0, sum);
    }

    private ReadOnlySpan<CountSlot> Sorted(in CountTable table)
    {
        if (_counts.Length < table.Count)
        {
            _counts = new CountSlot[table.Count * 2];
        }

        var sorted = _counts.AsSpan(0, table.CopyTo(_counts));
        sorted.Sort(CountTable.ByKey);
        return sorted;
    }

    private void WriteCategory(in CategoryTable table, List<CategoryCount> to)
    {
        to.Clear();
        table.Slots.CopyTo(_categories);
        var sorted = _categories.AsSpan(0, table.Slots.Length);
        sorted.Sort(ByCount);
        foreach (ref readonly var slot in sorted[..Math.Min(sorted.Length, FeatureVector.MaxCategories)])
        {
            to.Add(new CategoryCount(slot.Hash, memory.Texts[slot.Text], slot.Count));
        }
    }
}
