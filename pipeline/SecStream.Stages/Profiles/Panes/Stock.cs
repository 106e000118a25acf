using System.Numerics;
using System.Runtime.CompilerServices;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>Bytes that are held, of several owners together.</summary>
internal sealed class HeldBytes
{
    public long Sum;
}

/// <summary>Arrays of one kind for reuse, by size (powers of two). Not thread-safe.</summary>
/// <param name="held">Counts the bytes of the arrays that are out.</param>
internal sealed class Stock<T>(HeldBytes held)
    where T : struct
{
    // Every shard has a stock of each kind, some 450 in all: together they keep 110 MB at most.
    private const int MaxFreeBytes = 1 << 18;

    private readonly Stack<T[]>[] _free = [.. Enumerable.Range(0, 32).Select(_ => new Stack<T[]>())];
    private long _freeBytes;

    /// <summary>An array of at least some size, all zeros.</summary>
    public T[] Rent(int size)
    {
        var log = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, 1)));
        if (_free[log].TryPop(out var array))
        {
            _freeBytes -= Bytes(array);
        }
        else
        {
            array = new T[1 << log];
        }

        held.Sum += Bytes(array);
        return array;
    }

    /// <summary>Takes an array back.</summary>
    public void Return(T[] array)
    {
        var bytes = Bytes(array);
        held.Sum -= bytes;
        if (_freeBytes + bytes <= MaxFreeBytes)
        {
            Array.Clear(array);
            _freeBytes += bytes;
            _free[BitOperations.Log2((uint)array.Length)].Push(array);
        }
    }

    private static long Bytes(T[] array) => 24 + (array.LongLength * Unsafe.SizeOf<T>());
}
