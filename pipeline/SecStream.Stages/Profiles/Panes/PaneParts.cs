namespace SecStream.Stages.Profiles.Panes;

/// <summary>What a pane of many events knows. Every part is a function of the events alone: sums of whole numbers, sketches that merge, first events in order.</summary>
internal sealed class PaneParts(int counts, int sums, int tables, int distincts, int categories)
{
    /// <summary>Counts, then sums: 128 bits each, the low half first. One array, for a row touches as few lines of the cache as can be.</summary>
    public long[] Numbers { get; } = new long[counts + (2 * sums)];

    public CountTable[] Tables { get; } = new CountTable[tables];

    public DistinctSet[] Distincts { get; } = new DistinctSet[distincts];

    public CategoryTable[] Categories { get; } = new CategoryTable[categories];

    public FirstEntries Evidence;

    public FirstEntries Steps;

    /// <summary>Bytes of the parts themselves; what its tables hold is counted by their memory.</summary>
    public int Bytes => 160 + (8 * Numbers.Length) + (16 * Tables.Length) + (24 * Distincts.Length) + (16 * Categories.Length);

    /// <summary>A sum.</summary>
    public Int128 Sum(int at) => new((ulong)Numbers[counts + (2 * at) + 1], (ulong)Numbers[counts + (2 * at)]);

    /// <summary>Adds to a sum.</summary>
    public void AddToSum(int at, Int128 number)
    {
        var sum = Sum(at) + number;
        Numbers[counts + (2 * at)] = (long)(ulong)sum;
        Numbers[counts + (2 * at) + 1] = (long)(sum >> 64);
    }

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        Array.Clear(Numbers);
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
    public void Merge(PaneParts other, int evidence, int steps, ProfileMemory memory)
    {
        for (var i = 0; i < counts; i++)
        {
            Numbers[i] += other.Numbers[i];
        }

        for (var i = 0; i < sums; i++)
        {
            AddToSum(i, other.Sum(i));
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
