namespace SecStream.Core.Pipeline.State;

/// <summary>Goes through entries of a state in order of place and key, each key once. One thread; streams, so memory is bounded by the largest entry.</summary>
public abstract class StateReader : IDisposable
{
    private readonly MemoryStream _value = new();
    private BinaryReader? _reader;

    /// <summary>Goes to the next entry; false at the end.</summary>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public abstract bool Read();

    /// <summary>Place and key; good until the next <see cref="Read"/>, as everything below.</summary>
    public abstract ReadOnlySpan<byte> FullKey { get; }

    /// <summary>The value; empty when the key is gone.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>The entry says that the key is gone.</summary>
    public abstract bool IsDeleted { get; }

    /// <summary>The place.</summary>
    public StatePlace Place => StatePlace.Read(FullKey);

    /// <summary>The key within its place.</summary>
    public ReadOnlySpan<byte> Key => FullKey[StatePlace.Bytes..];

    /// <summary>Reads the value from its beginning.</summary>
    public BinaryReader OpenValue()
    {
        _value.SetLength(0);
        _value.Write(Value);
        _value.Position = 0;
        return _reader ??= new BinaryReader(_value);
    }

    /// <summary>Fails unless the value was read to its end: then it was not written by the code that reads it.</summary>
    /// <exception cref="InvalidDataException">Something is left.</exception>
    public void EndValue()
    {
        if (_value.Position != _value.Length)
        {
            throw new InvalidDataException($"the state is damaged: {_value.Length - _value.Position} bytes are left of an entry of {Place.Section}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what it reads.</summary>
    protected virtual void Dispose(bool disposing)
    {
        _reader?.Dispose();
        _value.Dispose();
    }
}
