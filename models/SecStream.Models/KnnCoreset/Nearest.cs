namespace SecStream.Models.KnnCoreset;

/// <summary>The smallest of many distances, in order.</summary>
internal sealed class Nearest(int count)
{
    /// <summary>Their distances, ascending.</summary>
    public float[] Distances { get; } = new float[count];

    /// <summary>Whose they are.</summary>
    public int[] Rows { get; } = new int[count];

    /// <summary>Finds them; ties go to the earlier.</summary>
    public void Find(ReadOnlySpan<float> all)
    {
        Distances.AsSpan().Fill(float.PositiveInfinity);
        Rows.AsSpan().Clear();
        var worst = float.PositiveInfinity;
        for (var i = 0; i < all.Length; i++)
        {
            if (all[i] < worst)
            {
                Insert(all[i], i);
                worst = Distances[^1];
            }
        }
    }

    private void Insert(float distance, int row)
    {
        var at = Distances.Length - 1;
        for (; at > 0 && Distances[at - 1] > distance; at--)
        {
            Distances[at] = Distances[at - 1];
            Rows[at] = Rows[at - 1];
        }

        (Distances[at], Rows[at]) = (distance, row);
    }
}
