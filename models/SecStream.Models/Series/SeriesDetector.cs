namespace SecStream.Models.Series;

/// <summary>What all detectors of values share: which values they take, and the frame of their state.</summary>
public abstract class SeriesDetector : ISeriesDetector
{
    private readonly string _name;
    private readonly uint _mark;
    private readonly byte _version;

    /// <summary>Names it.</summary>
    /// <param name="name">For messages: "EWMA".</param>
    /// <param name="mark">Begins its state.</param>
    /// <param name="version">Of the layout of its state.</param>
    private protected SeriesDetector(string name, uint mark, byte version)
    {
        _name = name;
        _mark = mark;
        _version = version;
    }

    /// <inheritdoc/>
    public abstract long StateBytes { get; }

    /// <inheritdoc/>
    public double Next(long time, double value) => SeriesValue.TryTake(value, out var taken) ? Take(time, taken) : double.NaN;

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        StateFormat.WriteHeader(writer, _mark, _version);
        SaveState(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        StateFormat.ReadHeader(reader, _mark, _version, _name);
        RestoreState(reader);
    }

    /// <summary>Judges a point, then learns it; its value is finite and within bounds.</summary>
    private protected abstract double Take(long time, double value);

    /// <summary>Writes the state behind its head.</summary>
    private protected abstract void SaveState(BinaryWriter writer);

    /// <summary>Reads it.</summary>
    private protected abstract void RestoreState(BinaryReader reader);
}
