using System.Numerics;

namespace SecStream.Stages.Sessions;

/// <summary>Arrays for rows that wait in login sessions, for reuse by size. One per lane, not thread-safe.</summary>
public sealed class RowPool
{
    private const int MaxFreeBytes = 16 << 20;

    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(0, 32).Select(_ => new Stack<byte[]>())];
    private int _freeBytes;

    /// <summary>A copy of a row in an array of the next power of two.</summary>
    internal byte[] Keep(ReadOnlySpan<byte> row)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, row.Length));
        if (_free[BitOperations.Log2(size)].TryPop(out var bytes))
        {
            _freeBytes -= bytes.Length;
        }
        else
        {
            bytes = new byte[size];
        }

        row.CopyTo(bytes);
        return bytes;
    }

    /// <summary>Takes an array back.</summary>
    internal void Return(byte[] bytes)
    {
        if (_freeBytes + bytes.Length <= MaxFreeBytes)
        {
            _freeBytes += bytes.Length;
            _free[BitOperations.Log2((uint)bytes.Length)].Push(bytes);
        }
    }
}
