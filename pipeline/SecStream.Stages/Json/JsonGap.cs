using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SecStream.Stages.Json;

/// <summary>
/// A gap is what lies between two values of a document: <c>},"user":{"name":</c>. Documents of one kind repeat a few dozen of them, so each is
/// remembered with what it means, and recognised again by one compare. Its meaning depends only on the object it continues after closing some.
/// </summary>
internal unsafe struct JsonGap
{
    /// <summary>Longest gap remembered, in bytes.</summary>
    public const int MaxLength = 64;

    /// <summary>Most objects a remembered gap opens.</summary>
    public const int MaxOpened = 4;

    /// <summary><see cref="Node"/> of the gap that ends the document.</summary>
    public const int DocumentEnd = -2;

    /// <summary>First half of the bytes.</summary>
    public Vector256<byte> Low;

    /// <summary>Second half.</summary>
    public Vector256<byte> High;

    /// <summary>One bit per byte of <see cref="Low"/> that must agree.</summary>
    public uint LowMask;

    /// <summary>One bit per byte of <see cref="High"/> that must agree.</summary>
    public uint HighMask;

    /// <summary>Length in bytes.</summary>
    public int Length;

    /// <summary>Objects it closes.</summary>
    public int Closed;

    /// <summary>The node whose object is innermost after closing; <see cref="JsonGaps.Outside"/> when none is.</summary>
    public int Context;

    /// <summary>Objects it opens after that.</summary>
    public int OpenedCount;

    /// <summary>Most objects open at any time within it, counted from the context: more than may be for the gap that ends the document.</summary>
    public int Peak;

    /// <summary>Their nodes, outermost first.</summary>
    public fixed int Opened[MaxOpened];

    /// <summary>Node of the value that follows, <see cref="JsonFieldMap.Unmapped"/> or <see cref="DocumentEnd"/>.</summary>
    public int Node;

    /// <summary>Field of that node, −1 when it has none.</summary>
    public int Field;

    /// <summary>Gaps that came after this one (0 = none), in no order.</summary>
    public fixed ushort Successors[JsonGaps.Ways];

    /// <summary>Next successor to be replaced.</summary>
    public int Victim;

    /// <summary>Whether 64 bytes at <paramref name="p"/>, all readable, begin with this gap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Matches(byte* p)
    {
        var low = ~Vector256.Equals(Vector256.Load(p), Low).ExtractMostSignificantBits() & LowMask;
        return low == 0
            && (HighMask == 0 || (~Vector256.Equals(Vector256.Load(p + 32), High).ExtractMostSignificantBits() & HighMask) == 0);
    }

    /// <summary>Whether the gap's bytes are these.</summary>
    public bool Is(ReadOnlySpan<byte> bytes)
    {
        fixed (Vector256<byte>* pattern = &Low)
        {
            return bytes.Length == Length && bytes.SequenceEqual(new ReadOnlySpan<byte>(pattern, Length));
        }
    }

    /// <summary>Whether a text too short for <see cref="Matches"/> begins with this gap.</summary>
    public bool Begins(ReadOnlySpan<byte> bytes) => bytes.Length >= Length && Is(bytes[..Length]);

    /// <summary>Sets the bytes, at most <see cref="MaxLength"/>.</summary>
    public void SetPattern(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[MaxLength];
        padded.Clear();
        bytes.CopyTo(padded);
        Low = Vector256.Create<byte>(padded[..32]);
        High = Vector256.Create<byte>(padded[32..]);
        Length = bytes.Length;
        LowMask = Length >= 32 ? uint.MaxValue : (1u << Length) - 1;
        HighMask = Length <= 32 ? 0 : Length == 64 ? uint.MaxValue : (1u << (Length - 32)) - 1;
    }
}
