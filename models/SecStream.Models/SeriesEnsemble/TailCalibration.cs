namespace SecStream.Models.SeriesEnsemble;

/// <summary>
/// Turns sizes into tail probabilities by what the series itself has shown: the share of sizes as large or larger; beyond the largest few a generalised Pareto
/// tail of given shape through their mean excess (Pickands 1975; Siffer and others 2017). In decades: −log10 p. An outlier is learned as a moderate
/// one, so that the next one is still seen.
/// </summary>
internal sealed class TailCalibration(int history, int learning, double shape, double mostExcess)
{
    private readonly TailHistogram _sizes = new(history);

    public static long StateBytes => TailHistogram.StateBytes + 48;

    /// <summary>Judges a size, then learns it.</summary>
    /// <param name="size">0 or more.</param>
    /// <param name="leastUnit">The tail falls off by no smaller unit than this.</param>
    /// <returns>−log10 of the probability of a size as large; 0 while learning.</returns>
    public double Next(double size, double leastUnit)
    {
        var total = _sizes.Total;
        if (total < learning)
        {
            _sizes.Add(size);
            return 0;
        }

        var wanted = Math.Min(EnsembleTuning.TailCount, total / 10);
        var beyond = _sizes.CountFrom(size);
        if (beyond >= wanted)
        {
            _sizes.Add(size);
            return -Math.Log10((beyond + 0.5) / (total + 1));
        }

        var (from, meanExcess, count) = _sizes.Tail(wanted);
        var unit = Math.Max(meanExcess, leastUnit);
        var excess = Math.Max(size - from, 0) / unit;
        _sizes.Add(Math.Min(size, from + (mostExcess * unit)));
        var fallen = shape > 0 ? Math.Log(1 + (shape * excess)) / shape : excess;
        return (fallen / Math.Log(10)) - Math.Log10((count + 0.5) / (total + 1));
    }

    public void Save(BinaryWriter writer) => _sizes.Save(writer);

    public void Restore(BinaryReader reader) => _sizes.Restore(reader);
}
