using SecStream.Models.Vectors;

namespace SecStream.Models.Fused;

/// <summary>
/// How often a score is as high as this: an empirical body, every one of the highest scores, and beyond the highest a generalised Pareto tail whose shape is that of the
/// upper 2 %. Immutable.
/// </summary>
internal sealed class TailProbability
{
    private const int Exact = 256;
    private const double Spacing = 1.005;
    private const double TailPart = 0.02;
    private const double MostShape = 0.5;
    private const double Least = 1e-15;
    private readonly double[] _scores;
    private readonly double[] _logs;
    private readonly double _scale;
    private readonly double _shape;

    private TailProbability(double[] scores, double[] logs, double scale, double shape) =>
        (_scores, _logs, _scale, _shape) = (scores, logs, scale, shape);

    /// <summary>Learns it.</summary>
    /// <param name="scores">Scores of ordinary rows; one or more.</param>
    public static TailProbability Fit(ReadOnlySpan<double> scores)
    {
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        var (kept, logs) = (new List<double>(), new List<double>());
        var last = 0;
        for (var end = sorted.Length - 1; end >= 0;)
        {
            var start = end;
            while (start > 0 && sorted[start - 1] == sorted[end])
            {
                start--;
            }

            var rank = sorted.Length - start;
            if (rank <= Exact || rank >= last * Spacing || start == 0)
            {
                kept.Add(sorted[end]);
                logs.Add(Math.Log((double)rank / (sorted.Length + 1)));
                last = rank;
            }

            end = start - 1;
        }

        kept.Reverse();
        logs.Reverse();
        var (scale, shape) = Tail(sorted);
        return new TailProbability([.. kept], [.. logs], scale, shape);
    }

    /// <summary>Natural logarithm of the probability of this score or a higher one.</summary>
    public double Log(double score)
    {
        var at = Array.BinarySearch(_scores, score);
        if (at >= 0)
        {
            return _logs[at];
        }

        var above = ~at;
        if (above == _scores.Length)
        {
            return Math.Max(_logs[^1] + Beyond(score - _scores[^1]), Math.Log(Least));
        }

        if (above == 0)
        {
            return 0;
        }

        var part = (score - _scores[above - 1]) / (_scores[above] - _scores[above - 1]);
        return _logs[above - 1] + (part * (_logs[above] - _logs[above - 1]));
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_scale);
        writer.Write(_shape);
        Artefact.Write<double>(writer, _scores);
        Artefact.Write<double>(writer, _logs);
    }

    public static TailProbability Load(BinaryReader reader)
    {
        var (scale, shape) = (reader.ReadDouble(), reader.ReadDouble());
        var scores = Artefact.Read<double>(reader);
        var logs = Artefact.Read<double>(reader, scores.Length);
        return scores.Length > 0 && scale >= 0 && shape is >= 0 and <= MostShape
            ? new TailProbability(scores, logs, scale, shape)
            : throw new InvalidDataException("the artefact is damaged: its tail has no shape");
    }

    private double Beyond(double excess)
    {
        if (_scale <= 0)
        {
            // Nothing is known of the tail: more than all is half as likely as the highest.
            return -Math.Log(2);
        }

        return _shape < 1e-6 ? -excess / _scale : -Math.Log(1 + (_shape * excess / _scale)) / _shape;
    }

    /// <summary>Scale at the highest score, and shape, by the moments of the excesses over the 98 % quantile.</summary>
    private static (double Scale, double Shape) Tail(double[] sorted)
    {
        var count = Math.Clamp((int)(TailPart * sorted.Length), Math.Min(10, sorted.Length - 1), sorted.Length);
        var threshold = sorted[Math.Max(0, sorted.Length - count - 1)];
        double mean = 0, squares = 0;
        for (var i = 0; i < count; i++)
        {
            var excess = sorted[sorted.Length - 1 - i] - threshold;
            var delta = excess - mean;
            mean += delta / (i + 1);
            squares += delta * (excess - mean);
        }

        if (count < 2 || !(mean > 0) || !double.IsFinite(squares))
        {
            return (0, 0);
        }

        var ratio = squares > 0 ? mean * mean / (squares / (count - 1)) : 1;
        var shape = Math.Clamp((1 - ratio) / 2, 0, MostShape);
        return (((1 - shape) * mean) + (shape * (sorted[^1] - threshold)), shape);
    }
}
