namespace SecStream.Models.Calibration;

/// <summary>A high score: whose, and when.</summary>
internal readonly record struct HighScore(double Score, long Key, long Start);

/// <summary>
/// Scores of the calibration days: a histogram of bins half a percent wide from 10⁻³ to 10³, and the 131 072 highest with key and time. 22 KB, up to 6 MB of high scores.
/// </summary>
/// <param name="window">Length of a window, µs.</param>
internal sealed class ScoreCollector(long window)
{
    public const int Bins = 2765;
    private const int MostHigh = 131_072;
    private const int MostPooled = 16_384;
    private const double FirstEdge = 1e-3;
    private const double BinsPerLog = 200;
    private readonly long[] _counts = new long[Bins];
    private readonly List<HighScore> _high = [];
    private double _least = double.NegativeInfinity;

    /// <summary>Scores taken.</summary>
    public long Count { get; private set; }

    /// <summary>[bin].</summary>
    public long[] Counts => _counts;

    /// <summary>Length of a window, µs.</summary>
    public long Window => window;

    /// <summary>The lower edge of a bin.</summary>
    public static double Edge(int bin) => bin == 0 ? 0 : FirstEdge * Math.Exp((bin - 1) / BinsPerLog);

    /// <summary>Takes a score.</summary>
    public void Add(double score, int key, long start)
    {
        Count++;
        _counts[BinOf(score)]++;
        if (score > _least)
        {
            _high.Add(new HighScore(score, key, start));
            if (_high.Count == 2 * MostHigh)
            {
                Prune();
            }
        }
    }

    /// <summary>Adds another's; its keys are told apart by the number of the class.</summary>
    public void Merge(ScoreCollector other, int classNumber)
    {
        Count += other.Count;
        for (var bin = 0; bin < Bins; bin++)
        {
            _counts[bin] += other._counts[bin];
        }

        _high.AddRange(other._high.Select(h => h with { Key = h.Key | ((long)(classNumber + 1) << 32) }));
        Prune();
        _least = Math.Max(_least, other._least);
        _high.RemoveAll(h => h.Score <= _least);
    }

    /// <summary>The highest scores, highest first; none is missing above the last.</summary>
    public List<HighScore> Highest()
    {
        Prune();
        return _high;
    }

    /// <summary>How many scores were as high: exact among the highest, else to a bin, upwards.</summary>
    public long AtLeast(double score)
    {
        var highest = Highest();
        if (highest.Count > 0 && score > highest[^1].Score)
        {
            return highest.Count(h => h.Score >= score);
        }

        var count = 0L;
        for (var bin = BinOf(score); bin < Bins; bin++)
        {
            count += _counts[bin];
        }

        return count;
    }

    private static int BinOf(double score) =>
        score < FirstEdge ? 0 : (int)Math.Clamp(1 + Math.Floor((Math.Log(score / FirstEdge) * BinsPerLog) + 1e-9), 1, Bins - 1);

    /// <summary>Lets go of all but the 16 384 highest: enough to be pooled with others.</summary>
    public void Trim() => Prune(MostPooled);

    private void Prune(int most = MostHigh)
    {
        _high.Sort(static (a, b) =>
        {
            var order = b.Score.CompareTo(a.Score);
            order = order != 0 ? order : a.Start.CompareTo(b.Start);
            return order != 0 ? order : a.Key.CompareTo(b.Key);
        });
        if (_high.Count > most)
        {
            _least = _high[most].Score;
            _high.RemoveRange(most, _high.Count - most);
        }
    }
}
