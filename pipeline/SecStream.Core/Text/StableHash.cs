using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecStream.Core.Text;

/// <summary>
/// A 64-bit multiply-and-fold hash (the construction of wyhash: 64 × 64 → 128-bit products, halves xored). With seed 0 its values are part of
/// persistent contracts (shard of a key, content check of an event id) and must never change; tables that hold hostile keys pass a random
/// per-process seed, which decides nothing but their internal order.
/// </summary>
public static class StableHash
{
    private const ulong K0 = 0xa0761d6478bd642f;
    private const ulong K1 = 0xe7037ed1a0b428db;
    private const ulong K2 = 0x8ebc6af09c88c6e3;

    /// <summary>Hash of some bytes.</summary>
    public static ulong Compute(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        var state = seed ^ Fold(seed ^ K0, K1);
        var length = bytes.Length;
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var left = length;
        while (left > 16)
        {
            state = Fold(Read64(ref at) ^ K1, Read64(ref Unsafe.Add(ref at, 8)) ^ state);
            at = ref Unsafe.Add(ref at, 16);
            left -= 16;
        }

        ulong a = 0, b = 0;
        if (left >= 8)
        {
            a = Read64(ref at);
            b = Read64(ref Unsafe.Add(ref at, left - 8));
        }
        else if (left >= 4)
        {
            a = Read32(ref at);
            b = Read32(ref Unsafe.Add(ref at, left - 4));
        }
        else if (left > 0)
        {
            a = ((ulong)at << 16) | ((ulong)Unsafe.Add(ref at, left >> 1) << 8) | Unsafe.Add(ref at, left - 1);
        }

        return Fold(K2 ^ (ulong)length, Fold(a ^ K1, b ^ state));
    }

    /// <summary>Mixes two numbers into one.</summary>
    public static ulong Combine(ulong a, ulong b) => Fold(a ^ K0, b ^ K1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte at)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read32(ref byte at)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
