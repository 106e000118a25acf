namespace SecStream.Models.WindowModels;

/// <summary>
/// Several surprises as one, so that both one item alone and many together can tell: the greater of ln Σ w·e^s (a weighted harmonic mean of probabilities; Wilson,
/// PNAS 2019) and the weighted mean Σ w·s (Fisher 1932), the latter stretched until its 95 % point is that of the former. Items that are not known count as not
/// surprising.
/// </summary>
internal sealed class SurpriseMix
{
    private SurpriseMix(double stretch, double[] weights) => (Weights, Stretch) = (weights, stretch);

    public SurpriseMix(double[] weights, double stretch)
        : this(stretch, [.. weights.Select(w => weights.Sum() > 0 ? w / weights.Sum() : 0)])
    {
    }

    /// <summary>Weights, together 1.</summary>
    public double[] Weights { get; }

    /// <summary>Factor of the mean.</summary>
    public double Stretch { get; }

    /// <summary>The score, 0 or more.</summary>
    public double Score(ReadOnlySpan<double> surprises)
    {
        var (highest, mean) = Parts(surprises);
        return Math.Max(highest, Stretch * mean);
    }

    /// <summary>What each item has to do with the score: shares that add up to 1, or 0 where nothing is surprising.</summary>
    public void Shares(ReadOnlySpan<double> surprises, Span<double> shares)
    {
        var (highest, mean) = Parts(surprises);
        var alone = highest >= Stretch * mean;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = alone ? Weights[i] * (Math.Exp(surprises[i]) - 1) : Weights[i] * surprises[i];
        }

        Vectors.Shares.Normalise(shares);
    }

    /// <summary>A mix that was saved: its weights are together 1 already, and must stay what they are to the bit.</summary>
    public static SurpriseMix Saved(double[] weights, double stretch) => new(stretch, weights);

    /// <summary>A mix of items that have little to do with each other: surprises add up, those of the weightiest in full.</summary>
    public static SurpriseMix Sum(double[] weights)
    {
        var plain = new SurpriseMix(weights, 1);
        var most = plain.Weights.DefaultIfEmpty(0).Max();
        return Saved(plain.Weights, most > 0 ? 1 / most : 1);
    }

    /// <summary>A mix whose stretch fits a sample of surprises, row by row.</summary>
    public static SurpriseMix Fit(double[] weights, IReadOnlyList<double[]> rows)
    {
        var plain = new SurpriseMix(weights, 1);
        if (rows.Count == 0)
        {
            return plain;
        }

        var (highest, means) = (new double[rows.Count], new double[rows.Count]);
        for (var row = 0; row < rows.Count; row++)
        {
            (highest[row], means[row]) = plain.Parts(rows[row]);
        }

        Array.Sort(highest);
        Array.Sort(means);
        var at = (int)(0.95 * (rows.Count - 1));
        return new SurpriseMix(weights, means[at] > 0 ? Math.Clamp(highest[at] / means[at], 0.1, 10) : 1);
    }

    private (double Highest, double Mean) Parts(ReadOnlySpan<double> surprises)
    {
        double sum = 0, mean = 0;
        for (var i = 0; i < surprises.Length; i++)
        {
            sum += Weights[i] * Math.Exp(surprises[i]);
            mean += Weights[i] * surprises[i];
        }

        return (Math.Max(Math.Log(sum), 0), mean);
    }
}
