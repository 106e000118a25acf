namespace SecStream.Models.Calibration;

/// <summary>A high score: whose, and when.</summary>
internal readonly record struct HighScore(double Score, long Key, long Start);

/// <summary>
/// Scores of the calibration days: a histogram of bins half a percent wide from 10⁻³ to 10³, the 131 072 highest with key and time, and how much a window's score says of the key's next.
/// 22 KB, up to 6 MB of high scores, 12 bytes a key. Scores come in the order of time.
/// </summary>
/// <param name="window">Length of a window, µs.</param>
internal sealed class ScoreCollector(long window)
{
    public const int Bins = 2765;
    private const int MostHigh = 131_072;
    private const double FirstEdge = 1e-3;
    private const double BinsPerLog = 200;
    private readonly long[] _counts = new long[Bins];
    private readonly List<HighScore> _high = [];
    private double _least = double.NegativeInfinity;
    private float[] _last = [];
    private long[] _lastStart = [];
    private double _pairs, _x, _y, _xx, _yy, _xy;

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

        Pair(score, key, start);
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
        _least = Math.Max(_least, other._least);
        Prune();
        _pairs += other._pairs;
        _x += other._x;
        _y += other._y;
        _xx += other._xx;
        _yy += other._yy;
        _xy += other._xy;
    }

    /// <summary>The highest scores, highest first; all that are above <see cref="Complete"/>.</summary>
    public List<HighScore> Highest()
    {
        Prune();
        return _high;
    }

    /// <summary>Scores above this are all among the highest.</summary>
    public double Complete => _least;

    /// <summary>What n windows are worth: n · (1 − ρ)/(1 + ρ), ρ the correlation of a key's successive scores.</summary>
    public double Effective
    {
        get
        {
            var spread = Math.Sqrt(Math.Max(_xx - (_x * _x / _pairs), 0) * Math.Max(_yy - (_y * _y / _pairs), 0));
            var correlation = _pairs > 1 && spread > 0 ? Math.Clamp((_xy - (_x * _y / _pairs)) / spread, 0, 0.98) : 0;
            return Count * (1 - correlation) / (1 + correlation);
        }
    }

    private static int BinOf(double score) =>
        score < FirstEdge ? 0 : (int)Math.Clamp(1 + Math.Floor((Math.Log(score / FirstEdge) * BinsPerLog) + 1e-9), 1, Bins - 1);

    private void Pair(double score, int key, long start)
    {
        if (key >= _last.Length)
        {
            Array.Resize(ref _last, Math.Max(1024, 2 * (key + 1)));
            Array.Resize(ref _lastStart, _last.Length);
        }

        // On a scale that ends at 1, so that a few enormous scores do not decide.
        var value = (float)(score / (1 + score));
        if (start - _lastStart[key] == window)
        {
            double before = _last[key];
            _pairs++;
            _x += before;
            _y += value;
            _xx += before * before;
            _yy += value * value;
            _xy += before * value;
        }

        (_last[key], _lastStart[key]) = (value, start);
    }

    private void Prune()
    {
        _high.Sort(static (a, b) =>
        {
            var order = b.Score.CompareTo(a.Score);
            order = order != 0 ? order : a.Start.CompareTo(b.Start);
            return order != 0 ? order : a.Key.CompareTo(b.Key);
        });
        if (_high.Count > MostHigh)
        {
            _least = _high[MostHigh].Score;
            _high.RemoveRange(MostHigh, _high.Count - MostHigh);
        }
    }
}
