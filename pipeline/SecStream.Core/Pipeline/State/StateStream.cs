namespace SecStream.Core.Pipeline.State;

/// <summary>
/// Entries in a stream, in order; an end mark and their number close it.
/// <code>
/// (key length (4) | value length (4; −1: gone) | full key | value)* | −1 (4) | entries (8)
/// </code>
/// </summary>
public static class StateStream
{
    /// <summary>Writes all entries; returns their number. Keys that are gone are left out where <paramref name="withDeleted"/> is false.</summary>
    public static long Write(BinaryWriter writer, StateReader entries, bool withDeleted, CancellationToken cancellation = default)
    {
        long count = 0;
        while (entries.Read())
        {
            if (entries.IsDeleted && !withDeleted)
            {
                continue;
            }

            if ((++count & 4095) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            writer.Write(entries.FullKey.Length);
            writer.Write(entries.IsDeleted ? -1 : entries.Value.Length);
            writer.Write(entries.FullKey);
            writer.Write(entries.Value);
        }

        writer.Write(-1);
        writer.Write(count);
        return count;
    }
}

/// <summary>Reads what <see cref="StateStream"/> wrote.</summary>
public sealed class StreamStateReader(BinaryReader source, bool leaveOpen = false) : StateReader
{
    private const int MaxKeyBytes = 1 << 20;

    private byte[] _bytes = new byte[4096];
    private int _keyLength;
    private int _valueLength;
    private long _count;
    private bool _ended;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FullKey => _bytes.AsSpan(0, _keyLength);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Value => _bytes.AsSpan(_keyLength, Math.Max(0, _valueLength));

    /// <inheritdoc/>
    public override bool IsDeleted => _valueLength < 0;

    /// <inheritdoc/>
    public override bool Read()
    {
        if (_ended)
        {
            return false;
        }

        _keyLength = source.ReadInt32();
        if (_keyLength == -1)
        {
            _ended = true;
            var said = source.ReadInt64();
            return said == _count ? false : throw new InvalidDataException($"the state is damaged: {_count} entries where {said} should be");
        }

        _valueLength = source.ReadInt32();
        if (_keyLength is < StatePlace.Bytes or > MaxKeyBytes || _valueLength < -1)
        {
            throw new InvalidDataException($"the state is damaged: a key of {_keyLength} and a value of {_valueLength} bytes");
        }

        var length = checked(_keyLength + Math.Max(0, _valueLength));
        if (length > _bytes.Length)
        {
            _bytes = new byte[Math.Max(length, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L))];
        }

        source.BaseStream.ReadExactly(_bytes, 0, length);
        _count++;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!leaveOpen)
        {
            source.Dispose();
        }
    }
}
