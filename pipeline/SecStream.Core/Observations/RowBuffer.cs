using System.Runtime.InteropServices;

namespace SecStream.Core.Observations;

/// <summary>Rows one after the other in one growing array. Not thread-safe; reused through a pool by its owner.</summary>
public sealed class RowBuffer
{
    private byte[] _bytes = new byte[64 * 1024];

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>The rows.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Memory held, in bytes.</summary>
    public int CapacityBytes => _bytes.Length;

    /// <summary>Forgets the rows, keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Appends some bytes (whole rows, or a part of a row being written).</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Reserves room and returns it for writing.</summary>
    public Span<byte> Reserve(int length)
    {
        Ensure(length);
        var span = _bytes.AsSpan(Length, length);
        Length += length;
        return span;
    }

    /// <summary>Bytes already written, for changing.</summary>
    public Span<byte> WritableAt(int offset, int length) => _bytes.AsSpan(0, Length).Slice(offset, length);

    /// <summary>The header of the row that starts at <paramref name="offset"/>, for changing.</summary>
    public ref RowHeader HeaderAt(int offset) => ref MemoryMarshal.AsRef<RowHeader>(_bytes.AsSpan(offset, RowHeader.Size));

    private void Ensure(int more)
    {
        if (Length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + more));
        }
    }
}
