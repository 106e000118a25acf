namespace SecStream.Models.Series;

/// <summary>What detectors share that compare a point with the last ones in order of size.</summary>
public abstract class SortedWindowDetector : SeriesDetector
{
    private readonly int _learningCount;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="mark">Begins its state.</param>
    /// <param name="version">Of the layout of its state.</param>
    /// <param name="windowCount">Points of the window.</param>
    /// <param name="learningCount">Points before the first score.</param>
    private protected SortedWindowDetector(string name, uint mark, byte version, int windowCount, int learningCount)
        : base(name, mark, version)
    {
        _learningCount = learningCount;
        Window = new SortedWindow(windowCount);
    }

    /// <inheritdoc/>
    public override long StateBytes => Window.StateBytes + 32;

    /// <summary>The last points.</summary>
    private protected SortedWindow Window { get; }

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var score = Window.Count < _learningCount ? double.NaN : Judge(value);
        Judged(score);
        Window.Add(value);
        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer) => Window.Save(writer);

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader) => Window.Restore(reader);

    /// <summary>Judges a value against the window, which does not hold it yet.</summary>
    private protected abstract double Judge(double value);

    /// <summary>Called with the score before the value is learned.</summary>
    private protected virtual void Judged(double score)
    {
    }
}
