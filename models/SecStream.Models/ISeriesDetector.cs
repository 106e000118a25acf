namespace SecStream.Models;

/// <summary>
/// Judges the points of one series as they come, each before it learns it: no look-ahead. One series an instance; not thread-safe. Saved, restored and
/// continued it gives the same scores, to the bit, as without interruption.
/// </summary>
public interface ISeriesDetector
{
    /// <summary>Bytes of state at present.</summary>
    long StateBytes { get; }

    /// <summary>Judges a point, then learns it.</summary>
    /// <param name="time">Its time, microseconds since 1970 UTC; not before that of the last one.</param>
    /// <param name="value">Its value. A value that is not finite is judged <see cref="double.NaN"/> and not learned.</param>
    /// <returns>How strange it is, 0 or more, higher is stranger; <see cref="double.NaN"/> while too little has been learned to tell.</returns>
    double Next(long time, double value);

    /// <summary>Writes the state.</summary>
    void Save(BinaryWriter writer);

    /// <summary>Reads a state written by a detector with the same options.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    void Restore(BinaryReader reader);
}
