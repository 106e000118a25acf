namespace SecStream.Models.Calibration;

/// <summary>
/// From the scores of detectors to one probability: each to its p, these to their weighted harmonic mean (Wilson: "The harmonic mean p-value for combining dependent
/// tests", PNAS 2019), and −ln of it, a score like any other, to its own calibrated p: the mean alone would promise too much. Immutable.
/// </summary>
internal sealed class FusionCalibration(ScoreCalibration?[] detectors, double[] weights, ScoreCalibration? fused)
{
    /// <summary>[detector]; null: it has no say.</summary>
    public ScoreCalibration?[] Detectors => detectors;

    /// <summary>[detector]: weights, together 1.</summary>
    public double[] Weights => weights;

    /// <summary>Null while it is not calibrated.</summary>
    public ScoreCalibration? Fused => fused;

    /// <summary>Weights of the detectors that have a calibration, scaled to 1 together.</summary>
    public static double[] Normalise(ScoreCalibration?[] detectors, double[] weights)
    {
        var sum = detectors.Select((d, i) => d is null ? 0 : weights[i]).Sum();
        return [.. detectors.Select((d, i) => d is null || sum <= 0 ? 0 : weights[i] / sum)];
    }

    /// <summary>−ln of the harmonic mean, 0 or more.</summary>
    public double Fuse(ReadOnlySpan<double> scores)
    {
        Span<double> logs = stackalloc double[scores.Length];
        var most = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            logs[i] = detectors[i] is { } calibration ? -calibration.LogPoint(scores[i]) : 0;
            most = Math.Max(most, logs[i]);
        }

        if (most == 0)
        {
            return 0;
        }

        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            sum += weights[i] > 0 ? weights[i] * Math.Exp(logs[i] - most) : 0;
        }

        return sum > 0 ? Math.Max(most + Math.Log(sum), 0) : 0;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(weights.Length);
        for (var i = 0; i < weights.Length; i++)
        {
            writer.Write(weights[i]);
            writer.Write(detectors[i] is not null);
            detectors[i]?.Save(writer);
        }

        writer.Write(fused is not null);
        fused?.Save(writer);
    }

    public static FusionCalibration Load(BinaryReader reader)
    {
        var count = Vectors.Artefact.ReadCount(reader, 1, 16);
        var (calibrations, weights) = (new ScoreCalibration?[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            weights[i] = reader.ReadDouble();
            calibrations[i] = reader.ReadBoolean() ? ScoreCalibration.Load(reader) : null;
        }

        return new FusionCalibration(calibrations, weights, reader.ReadBoolean() ? ScoreCalibration.Load(reader) : null);
    }
}
