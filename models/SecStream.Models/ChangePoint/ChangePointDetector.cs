using SecStream.Models.Series;

namespace SecStream.Models.ChangePoint;

/// <summary>
/// Evidence that the level has changed, in decades: log10 of what a gambler has made who bets that ranks of the points among the last ones stay high, or stay low
/// (power martingale on conformal p-values, Vovk, Nouretdinov and Gammerman 2003; Ho 2005), and who starts anew with 1 whenever he has lost (Page 1954). Assumes
/// points that are exchangeable before the change, of any distribution. O(log n) a point: the history is kept in order of size. 16 to 32 bytes a point of the
/// history. Fails on autocorrelated series and seasons (runs of high ranks are normal there: judge residuals instead) and on changes of spread alone.
/// </summary>
public sealed class ChangePointDetector : SortedWindowDetector
{
    private const uint Mark = 0x5447_4843;
    private const byte Version = 1;

    /// <summary>Exponent of the bet ε p^(ε − 1): the largest gain a point can bring grows as it falls.</summary>
    private const double Exponent = 0.5;

    private static readonly double s_stake = Math.Log10(Exponent);
    private readonly ChangePointOptions _options;
    private double _up;
    private double _down;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ChangePointDetector(ChangePointOptions options)
        : base("change point", Mark, Version, OptionCheck.Checked(options, o => o.Check()).HistoryCount, options.LearningCount) => _options = options;

    /// <inheritdoc/>
    public override long StateBytes => base.StateBytes + 16;

    /// <inheritdoc/>
    private protected override void Judged(double score)
    {
        if (score >= _options.RestartDecades)
        {
            Window.Clear();
            _up = 0;
            _down = 0;
        }
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_up);
        writer.Write(_down);
        base.SaveState(writer);
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _up = StateFormat.ReadFinite(reader);
        _down = StateFormat.ReadFinite(reader);
        base.RestoreState(reader);
    }

    /// <inheritdoc/>
    private protected override double Judge(double value)
    {
        var below = Window.CountBelow(value);
        var ties = Window.CountUpTo(value) - below;
        var rank = (below + (0.5 * ties) + 0.5) / (Window.Count + 1);
        var median = Window.Median();
        if (Math.Abs(value - median) <= _options.DeadBand.Width(median))
        {
            rank = 0.5;
        }

        _up = Math.Max(_up + s_stake + ((Exponent - 1) * Math.Log10(1 - rank)), 0);
        _down = Math.Max(_down + s_stake + ((Exponent - 1) * Math.Log10(rank)), 0);
        return Math.Max(_up, _down);
    }
}
