namespace SecStream.Host.Benchmark.Tabular;

/// <summary>Rows of which is known whether they are anomalies.</summary>
/// <param name="Name">Name of the file without its ending.</param>
/// <param name="FeatureCount">Values of a row.</param>
/// <param name="Values">The rows, one behind the other.</param>
/// <param name="Anomalies">Whether a row is an anomaly. Detectors never see it.</param>
internal sealed record LabelledSet(string Name, int FeatureCount, double[] Values, bool[] Anomalies)
{
    /// <summary>Rows.</summary>
    public int Count => Anomalies.Length;

    /// <summary>So many rows drawn at random, in their order; itself where it has no more.</summary>
    public LabelledSet Sample(int most, ulong seed)
    {
        if (Count <= most)
        {
            return this;
        }

        var values = new double[most * FeatureCount];
        var anomalies = new bool[most];
        var draw = new Draw(seed);
        var taken = 0;
        for (var row = 0; taken < most; row++)
        {
            if (draw.Below(Count - row) < most - taken)
            {
                Values.AsSpan(row * FeatureCount, FeatureCount).CopyTo(values.AsSpan(taken * FeatureCount));
                anomalies[taken++] = Anomalies[row];
            }
        }

        return new LabelledSet(Name, FeatureCount, values, anomalies);
    }
}
