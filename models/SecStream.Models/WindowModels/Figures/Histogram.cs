namespace SecStream.Models.WindowModels.Figures;

/// <summary>How often values fell between edges.</summary>
/// <param name="Name">What of: a feature's name, or <c>p</c>.</param>
/// <param name="Edges">Ascending. A value's bin is the number of edges that are at most as large; NaN has the last bin to itself.</param>
/// <param name="Counts">Two more than edges.</param>
public sealed record Histogram(string Name, double[] Edges, long[] Counts)
{
    /// <summary>The bin of a value.</summary>
    public int Bin(double value)
    {
        if (double.IsNaN(value))
        {
            return Edges.Length + 1;
        }

        var (low, high) = (0, Edges.Length);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = Edges[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
