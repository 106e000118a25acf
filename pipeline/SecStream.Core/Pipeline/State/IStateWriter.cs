namespace SecStream.Core.Pipeline.State;

/// <summary>Takes state as a keyed log: the last word on a key counts. One thread.</summary>
public interface IStateWriter
{
    /// <summary>Begins the value of a key; it ends with the next call of the writer.</summary>
    /// <returns>What the value is written to; good until the next call.</returns>
    BinaryWriter Put(in StatePlace place, ReadOnlySpan<byte> key);

    /// <summary>The key is gone.</summary>
    void Delete(in StatePlace place, ReadOnlySpan<byte> key);
}

/// <summary>State that is saved and restored with the engine's, at the same standstill. Not thread-safe.</summary>
public interface IStatePart
{
    /// <summary>Writes what is asked for.</summary>
    void Save(IStateWriter writer, StateExtent extent);

    /// <summary>Takes an entry if it is its own; false when it is not.</summary>
    /// <param name="reader">Stands on an entry.</param>
    /// <exception cref="InvalidDataException">It is damaged or of another version.</exception>
    bool Restore(StateReader reader);
}
