namespace SecStream.Stages.Profiles.Panes;

/// <summary>
/// What a profile knows of a key between two times: a pane, or a block of panes that nothing can change any more. Every part is a function of the events
/// alone: sums of whole numbers, sketches that merge, first events in order.
/// </summary>
internal sealed class Pane(int counts, int sums, int tables, int distincts, int categories)
{
    /// <summary>Start, µs.</summary>
    public long Start { get; set; }

    /// <summary>Occurrences.</summary>
    public long Events { get; set; }

    /// <summary>Added to the blocks of the longer windows; kept for the windows that are made of panes.</summary>
    public bool IsFolded { get; set; }

    /// <summary>The next older one of the key.</summary>
    public Pane? Older { get; set; }

    public long[] Counts { get; } = new long[counts];

    public Int128[] Sums { get; } = new Int128[sums];

    public CountTable[] Tables { get; } = new CountTable[tables];

    public DistinctSet[] Distincts { get; } = new DistinctSet[distincts];

    public CategoryTable[] Categories { get; } = new CategoryTable[categories];

    public FirstEntries Evidence;

    public FirstEntries Steps;

    /// <summary>Bytes of the pane itself; what its tables hold is counted by their memory.</summary>
    public int Bytes => 160 + (8 * Counts.Length) + (16 * Sums.Length) + (16 * Tables.Length) + (24 * Distincts.Length) + (16 * Categories.Length);

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        Events = 0;
        IsFolded = false;
        Older = null;
        Array.Clear(Counts);
        Array.Clear(Sums);
        foreach (ref var table in Tables.AsSpan())
        {
            table.Clear(memory);
        }

        foreach (ref var set in Distincts.AsSpan())
        {
            set.Clear(memory);
        }

        foreach (ref var table in Categories.AsSpan())
        {
            table.Clear(memory);
        }

        Evidence.Clear(memory);
        Steps.Clear(memory);
    }

    /// <summary>Adds another one's events.</summary>
    public void Merge(Pane other, int evidence, int steps, ProfileMemory memory)
    {
        Events += other.Events;
        for (var i = 0; i < Counts.Length; i++)
        {
            Counts[i] += other.Counts[i];
        }

        for (var i = 0; i < Sums.Length; i++)
        {
            Sums[i] += other.Sums[i];
        }

        for (var i = 0; i < Tables.Length; i++)
        {
            Tables[i].Merge(other.Tables[i], memory);
        }

        for (var i = 0; i < Distincts.Length; i++)
        {
            Distincts[i].Merge(other.Distincts[i], memory);
        }

        for (var i = 0; i < Categories.Length; i++)
        {
            Categories[i].Merge(other.Categories[i], memory);
        }

        Evidence.Merge(other.Evidence, evidence, memory);
        Steps.Merge(other.Steps, steps, memory);
    }
}
