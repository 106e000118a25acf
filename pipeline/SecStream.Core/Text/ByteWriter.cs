using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace SecStream.Core.Text;

/// <summary>
/// A growing byte buffer for output documents: written, read through <see cref="Written"/>, then <see cref="Reset"/> and reused, so that the
/// steady state allocates nothing. The owner pools it. Not thread-safe.
/// </summary>
public sealed class ByteWriter(int capacity = 4096) : IBufferWriter<byte>
{
    private byte[] _buffer = new byte[Math.Max(capacity, 64)];
    private int _length;

    /// <summary>Number of bytes written since the last <see cref="Reset"/>.</summary>
    public int Length => _length;

    /// <summary>The array written to, valid up to <see cref="Length"/>; replaced when the writer grows.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>What has been written; good until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Forgets what was written and keeps the memory, unless it is more than <paramref name="keepAtMost"/> bytes.</summary>
    public void Reset(int keepAtMost = int.MaxValue)
    {
        _length = 0;
        if (_buffer.Length > keepAtMost)
        {
            _buffer = new byte[Math.Max(keepAtMost, 64)];
        }
    }

    /// <summary>Takes back everything after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_length, nameof(length));
        _length = length;
    }

    /// <summary>At least <paramref name="count"/> bytes to write to; <see cref="Advance"/> by what was used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (count > _buffer.Length - _length)
        {
            Grow(count);
        }

        return _buffer.AsSpan(_length);
    }

    /// <summary>Counts <paramref name="count"/> bytes of the reserved span as written.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length), nameof(count));
        _length += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => Reserve(Math.Max(sizeHint, 1));

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    /// <summary>Writes one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        if (_length == _buffer.Length)
        {
            Grow(1);
        }

        _buffer[_length++] = value;
    }

    /// <summary>Writes bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Writes an integer in decimal.</summary>
    public void WriteInteger(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _length += written;
    }

    /// <summary>Writes a double in its shortest round-trip form; a non-finite one as <c>null</c>, which is what JSON has for it.</summary>
    public void WriteDouble(double value)
    {
        if (!double.IsFinite(value))
        {
            Write("null"u8);
            return;
        }

        value.TryFormat(Reserve(32), out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Writes an event time as <see cref="IsoTimestamp"/> does.</summary>
    public void WriteTimestamp(long microseconds)
    {
        IsoTimestamp.Write(microseconds, Reserve(IsoTimestamp.Length));
        _length += IsoTimestamp.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int more)
    {
        // Array.Resize throws by itself beyond the largest array; the addition must not wrap before that.
        var needed = (long)_length + more;
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
        if (needed > _buffer.Length)
        {
            throw new InvalidOperationException($"An output buffer cannot hold {needed} bytes.");
        }
    }
}
