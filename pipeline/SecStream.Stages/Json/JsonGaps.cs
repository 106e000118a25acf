using System.Runtime.CompilerServices;

namespace SecStream.Stages.Json;

/// <summary>
/// The gaps seen so far, and a guess which comes next: first by the last few gaps (templates with the same keys in another order tell themselves
/// apart by them), then by what has followed the last one before. A wrong guess costs time, never correctness: the bytes and the context
/// are compared. Bounded: 1 023 gaps, about 150 KB; when full everything is forgotten, which a steady stream of documents relearns at once.
/// </summary>
internal sealed unsafe class JsonGaps
{
    /// <summary>Successors remembered per gap.</summary>
    public const int Ways = 6;

    /// <summary>Context of a gap outside of all objects.</summary>
    public const int Outside = -2;

    /// <summary>Context that no gap has: what lies below the bottom of the stack of open objects.</summary>
    public const int Nowhere = -3;

    private const int Capacity = 1024;
    private const int GuessBits = 11;

    private readonly JsonGap[] _gaps = new JsonGap[Capacity];
    private readonly ushort[] _guesses = new ushort[1 << GuessBits];
    private readonly ushort[] _byContent = new ushort[2 * Capacity];
    private int _count = 1;

    /// <summary>Gap 0 is no gap: it matches nowhere, and its successors are those of an unknown past.</summary>
    public JsonGaps() => Clear();

    /// <summary>All gaps, for pinning.</summary>
    public JsonGap[] All => _gaps;

    /// <summary>Guesses by <see cref="GuessSlot"/>, for pinning.</summary>
    public ushort[] Guesses => _guesses;

    /// <summary>Where the guess for this past is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GuessSlot(uint past) => (past * 0x9E3779B1) >> (32 - GuessBits);

    /// <summary>The past with one more gap: the last four count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Extend(uint past, uint gap) => (past << 8) + (gap * 0x45D9F3);

    /// <summary>
    /// Among the known successors of <paramref name="last"/> the one that stands at <paramref name="p"/> and continues the open objects; 0 for none.
    /// </summary>
    public int FindSuccessor(int last, byte* p, in JsonInput input, int* top)
    {
        for (var way = 0; way < Ways; way++)
        {
            var index = _gaps[last].Successors[way];
            ref var gap = ref _gaps[index];
            if (index != 0 && top[-gap.Closed] == gap.Context
                && (p <= input.Last64 ? gap.Matches(p) : gap.Begins(new ReadOnlySpan<byte>(p, (int)(input.End - p)))))
            {
                return index;
            }
        }

        return 0;
    }

    /// <summary>Remembers a gap that has been read, unless it is known, and that it followed <paramref name="last"/>; returns its index.</summary>
    /// <param name="last">Index of the gap before.</param>
    /// <param name="bytes">The gap, at most <see cref="JsonGap.MaxLength"/>.</param>
    /// <param name="meaning">Everything of the gap but its bytes.</param>
    public int Learn(int last, ReadOnlySpan<byte> bytes, in JsonGap meaning)
    {
        if (_count == Capacity)
        {
            Clear();
            last = 0;
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        hash.Add(meaning.Context);
        hash.Add(meaning.Closed);
        var slot = hash.ToHashCode() & (_byContent.Length - 1);
        var index = 0;
        while ((index = _byContent[slot]) != 0)
        {
            ref var known = ref _gaps[index];
            if (known.Context == meaning.Context && known.Closed == meaning.Closed && known.Is(bytes))
            {
                break;
            }

            slot = (slot + 1) & (_byContent.Length - 1);
        }

        if (index == 0)
        {
            index = _count++;
            _byContent[slot] = (ushort)index;
            _gaps[index] = meaning;
            _gaps[index].SetPattern(bytes);
        }

        Link(last, index);
        return index;
    }

    private void Link(int last, int next)
    {
        ref var gap = ref _gaps[last];
        for (var way = 0; way < Ways; way++)
        {
            if (gap.Successors[way] == next)
            {
                return;
            }
        }

        gap.Successors[gap.Victim] = (ushort)next;
        gap.Victim = (gap.Victim + 1) % Ways;
    }

    private void Clear()
    {
        Array.Clear(_gaps);
        Array.Clear(_guesses);
        Array.Clear(_byContent);
        _gaps[0].Context = int.MinValue;
        _gaps[0].LowMask = uint.MaxValue;
        _count = 1;
    }
}
