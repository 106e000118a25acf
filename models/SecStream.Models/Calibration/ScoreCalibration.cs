using SecStream.Models.Vectors;

namespace SecStream.Models.Calibration;

/// <summary>
/// From a score to the probability of a normal window scoring as high: knots of ln p with straight lines between, as estimated and as an upper 90 % bound. The bound
/// never falls below the floor. Immutable. Some 20 ns; some 400 knots of 24 bytes.
/// </summary>
internal sealed class ScoreCalibration
{
    private readonly double[] _scores;
    private readonly double[] _point;
    private readonly double[] _upper;

    public ScoreCalibration(double[] scores, double[] point, double[] upper, double logFloor)
    {
        (_scores, _point, _upper, LogFloor) = (scores, point, upper, logFloor);
    }

    /// <summary>ln of the least probability it states.</summary>
    public double LogFloor { get; }

    /// <summary>ln p as estimated; not floored, so that detectors can still be told apart when they are fused.</summary>
    public double LogPoint(double score) => At(_point, score);

    /// <summary>ln of the upper bound of p, floored.</summary>
    public double LogUpper(double score) => Math.Max(At(_upper, score), LogFloor);

    /// <summary>The same, but never less than the share of some scores that were counted as high.</summary>
    public ScoreCalibration NotBelow(ScoreCollector counted)
    {
        if (counted.Count == 0)
        {
            return this;
        }

        var shares = _scores.Select(score => Math.Log(counted.AtLeast(score) / (double)counted.Count)).ToArray();
        return new ScoreCalibration(_scores, [.. _point.Zip(shares, Math.Max)], [.. _upper.Zip(shares, Math.Max)], LogFloor);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(LogFloor);
        Artefact.Write<double>(writer, _scores);
        Artefact.Write<double>(writer, _point);
        Artefact.Write<double>(writer, _upper);
    }

    public static ScoreCalibration Load(BinaryReader reader)
    {
        var floor = reader.ReadDouble();
        var scores = Artefact.Read<double>(reader);
        var point = Artefact.Read<double>(reader, scores.Length);
        var upper = Artefact.Read<double>(reader, scores.Length);
        return scores.Length > 0 && floor <= 0
            ? new ScoreCalibration(scores, point, upper, floor)
            : throw new InvalidDataException("the artefact is damaged: a calibration has no knots");
    }

    private double At(double[] logs, double score)
    {
        var scores = _scores;
        var (low, high) = (0, scores.Length);
        if (!(score > scores[0]))
        {
            return logs[0];
        }

        if (score >= scores[high - 1])
        {
            return logs[high - 1];
        }

        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            (low, high) = scores[middle] <= score ? (middle, high) : (low, middle);
        }

        return logs[low] + ((logs[high] - logs[low]) * (score - scores[low]) / (scores[high] - scores[low]));
    }
}
