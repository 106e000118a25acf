using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Rows;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>One feature's place in a pane.</summary>
/// <param name="Type">How it is computed.</param>
/// <param name="Where">Mask bits that must be set.</param>
/// <param name="Of">Ratio: mask bits of what it is a share of.</param>
/// <param name="Slot">Its field in a row.</param>
/// <param name="At">Its first count, table or set.</param>
/// <param name="Sum">Its first sum.</param>
internal readonly record struct Cell(FeatureType Type, uint Where, uint Of, int Slot, int At, int Sum);

/// <summary>How panes of a profile are laid out, and how a row is added to one. Immutable but for its pool of panes; one per shard.</summary>
internal sealed class PaneLayout
{
    /// <summary>First events a pane keeps.</summary>
    public const int PaneEvidence = 16;

    /// <summary>First events a window keeps that is put together of blocks.</summary>
    public const int BlockEvidence = 32;

    /// <summary>First events a window keeps that is made of panes.</summary>
    public const int WindowEvidence = 100;

    /// <summary>Length of the vectors of the time of day.</summary>
    public const double DayUnit = 1 << 20;

    /// <summary>Occurrences that one event counts for at most where numbers are multiplied: whatever a line claims to stand for, sums stay far from their ends.</summary>
    private const long MaxWeight = 1 << 16;

    // There are as many pools as shards and profiles: some 450. Together they keep 80 MB of panes and as much of parts.
    private const int MaxFreePanes = 1 << 11;
    private const int MaxFreeParts = 1 << 8;
    private const int MinutesPerDay = 1440;

    private static readonly (int Sin, int Cos)[] Clock = [.. Enumerable.Range(0, MinutesPerDay).Select(minute =>
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * minute / MinutesPerDay);
        return ((int)Math.Round(sin * DayUnit), (int)Math.Round(cos * DayUnit));
    })];

    private readonly Cell[] _cells;
    private readonly Stack<Pane> _free = new();
    private readonly Stack<PaneParts> _freeParts = new();
    private readonly int _hashesAt;
    private readonly int _locationAt;
    private readonly int _categoriesAt;
    private int _counts;
    private int _sums;
    private int _tables;
    private int _distincts;

    /// <summary>Lays out a profile.</summary>
    public PaneLayout(Profile profile)
    {
        Profile = profile;
        _hashesAt = 4 + (8 * profile.Numbers.Length);
        _locationAt = _hashesAt + (8 * profile.Hashes.Length);
        _categoriesAt = ProfileRow.FixedBytes(profile);
        _cells = [.. profile.Features.Select(Place)];
        PaneLength = profile.Pane;
        PaneReach = profile.Windows.Where(w => w.Slide == profile.Pane).Max(w => w.Length);
    }

    /// <summary>Length of a pane, µs.</summary>
    public long PaneLength { get; }

    /// <summary>Longest window that is made of panes, µs.</summary>
    public long PaneReach { get; }

    /// <summary>The profile.</summary>
    public Profile Profile { get; set; }

    /// <summary>The features' places, in their order.</summary>
    public ReadOnlySpan<Cell> Cells => _cells;

    /// <summary>An empty pane.</summary>
    public Pane Rent(long start, ProfileMemory memory)
    {
        var pane = _free.TryPop(out var reused) ? reused : new Pane();
        pane.Start = start;
        memory.Count(Pane.Bytes);
        return pane;
    }

    /// <summary>Takes a pane back.</summary>
    public void Return(Pane pane, ProfileMemory memory)
    {
        if (pane.Parts is { } parts)
        {
            pane.Parts = null;
            parts.Clear(memory);
            memory.Count(-parts.Bytes);
            if (_freeParts.Count < MaxFreeParts)
            {
                _freeParts.Push(parts);
            }
        }

        pane.Clear(memory);
        memory.Count(-Pane.Bytes);
        if (_free.Count < MaxFreePanes)
        {
            _free.Push(pane);
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(Pane pane, in Row row, ProfileMemory memory)
    {
        ref readonly var header = ref row.Header;
        var values = row.Bytes[(RowHeader.Size + header.KeyLength)..];
        Add(pane, new PaneEntry(header.Time, header.IdHigh, header.IdLow, header.Count, values), PaneEvidence, memory);
    }

    /// <summary>Adds another pane's events.</summary>
    /// <param name="into">Gets them.</param>
    /// <param name="other">Has them.</param>
    /// <param name="evidence">First events that are kept.</param>
    /// <param name="memory">Memory of both.</param>
    public void Merge(Pane into, Pane other, int evidence, ProfileMemory memory)
    {
        if (other.Parts is null)
        {
            foreach (var entry in other.Entries)
            {
                Add(into, entry, evidence, memory);
            }

            return;
        }

        into.IsChanged = true;
        into.Events += other.Events;
        PartsOf(into, evidence, memory).Merge(other.Parts, evidence, FeatureVector.MaxSteps, memory);
    }

    /// <summary>The parts of a pane; made of its entries where it has none yet.</summary>
    public PaneParts PartsOf(Pane pane, int evidence, ProfileMemory memory)
    {
        if (pane.Parts is { } known)
        {
            return known;
        }

        var parts = _freeParts.TryPop(out var reused) ? reused : new PaneParts(_counts, _sums, _tables, _distincts, Profile.Categories.Length);
        memory.Count(parts.Bytes);
        foreach (var entry in pane.Entries)
        {
            Add(parts, entry, evidence, memory);
        }

        pane.ClearEntries(memory);
        pane.Parts = parts;
        return parts;
    }

    private void Add(Pane pane, in PaneEntry entry, int evidence, ProfileMemory memory)
    {
        pane.Events += entry.Count;
        pane.IsChanged = true;
        if (pane.Parts is not null || !pane.TryKeep(entry, memory))
        {
            Add(PartsOf(pane, evidence, memory), entry, evidence, memory);
        }
    }

    private void Add(PaneParts pane, in PaneEntry entry, int evidence, ProfileMemory memory)
    {
        var values = entry.Values;
        var mask = ProfileRow.Read<uint>(values, 0);
        var count = (long)entry.Count;
        foreach (ref readonly var cell in _cells.AsSpan())
        {
            var holds = (mask & cell.Where) == cell.Where;
            if (cell.Type == FeatureType.Ratio)
            {
                var isOf = (mask & cell.Of) == cell.Of;
                pane.Numbers[cell.At] += holds && isOf ? count : 0;
                pane.Numbers[cell.At + 1] += isOf ? count : 0;
            }
            else if (holds)
            {
                Add(pane, cell, values, entry.Time, count, memory);
            }
        }

        AddTexts(pane, values[_categoriesAt..], count, memory);
        pane.Evidence.Add(new TimedEntry { Time = entry.Time, IdHigh = entry.IdHigh, IdLow = entry.IdLow, Value = (ulong)count }, evidence, memory);
        if (Profile.StepSlot >= 0 && Hash(values, Profile.StepSlot) is var step and not ProfileRow.NoHash)
        {
            pane.Steps.Add(new TimedEntry { Time = entry.Time, IdHigh = entry.IdHigh, IdLow = entry.IdLow, Value = step }, FeatureVector.MaxSteps, memory);
        }
    }

    private void Add(PaneParts pane, in Cell cell, ReadOnlySpan<byte> values, long time, long count, ProfileMemory memory)
    {
        switch (cell.Type)
        {
            case FeatureType.Count:
                pane.Numbers[cell.At] += count;
                break;
            case FeatureType.Distinct:
                if (Hash(values, cell.Slot) is var value and not ProfileRow.NoHash)
                {
                    pane.Distincts[cell.At].Add(value, memory);
                }

                break;
            case FeatureType.Entropy:
                if (Hash(values, cell.Slot) is var hash and not ProfileRow.NoHash)
                {
                    pane.Tables[cell.At].Add((int)(hash & 255) + 1, count, memory);
                }

                break;
            case FeatureType.LocationVariance:
                AddLocation(pane, cell.At, values[_locationAt..], Math.Min(count, MaxWeight));
                break;
            case FeatureType.TimeVariance:
                var (sin, cos) = Clock[(int)(WindowSpec.Floor(time, EventClock.Minute) / EventClock.Minute % MinutesPerDay + MinutesPerDay) % MinutesPerDay];
                var weight = Math.Min(count, MaxWeight);
                pane.Numbers[cell.At] += weight;
                pane.Numbers[cell.At + 1] += sin * weight;
                pane.Numbers[cell.At + 2] += cos * weight;
                break;
            default:
                if (ProfileRow.Read<long>(values, 4 + (8 * cell.Slot)) is var number and not ProfileRow.NoNumber)
                {
                    AddNumber(pane, cell, number, count, memory);
                }

                break;
        }
    }

    private static void AddNumber(PaneParts pane, in Cell cell, long number, long count, ProfileMemory memory)
    {
        switch (cell.Type)
        {
            case FeatureType.Percentile:
                pane.Tables[cell.At].Add(LogBuckets.Of(number) + 1, count, memory);
                break;
            case FeatureType.NumberVariance:
                var weight = Math.Min(count, MaxWeight);
                pane.Numbers[cell.At] += weight;
                pane.AddToSum(cell.Sum, (Int128)number * weight);
                pane.AddToSum(cell.Sum + 1, (Int128)number * number * weight);
                break;
            default:
                pane.Numbers[cell.At] += count;
                pane.AddToSum(cell.Sum, (Int128)number * count);
                break;
        }
    }

    private static void AddLocation(PaneParts pane, int at, ReadOnlySpan<byte> vector, long count)
    {
        var x = ProfileRow.Read<int>(vector, 0);
        var y = ProfileRow.Read<int>(vector, 4);
        var z = ProfileRow.Read<int>(vector, 8);
        if ((x | y | z) != 0)
        {
            pane.Numbers[at] += count;
            pane.Numbers[at + 1] += x * count;
            pane.Numbers[at + 2] += y * count;
            pane.Numbers[at + 3] += z * count;
        }
    }

    private static void AddTexts(PaneParts pane, ReadOnlySpan<byte> texts, long count, ProfileMemory memory)
    {
        for (var i = 0; i < pane.Categories.Length; i++)
        {
            var hash = ProfileRow.Read<ulong>(texts, 0);
            var length = texts[8];
            if (hash != ProfileRow.NoHash)
            {
                pane.Categories[i].Add(hash, texts.Slice(9, length), count, memory);
            }

            texts = texts[(9 + length)..];
        }
    }

    private ulong Hash(ReadOnlySpan<byte> values, int slot) => ProfileRow.Read<ulong>(values, _hashesAt + (8 * slot));

    private Cell Place(ProfileFeature feature)
    {
        var (at, sum) = (_counts, _sums);
        switch (feature.Type)
        {
            case FeatureType.Percentile or FeatureType.Entropy:
                at = _tables++;
                break;
            case FeatureType.Distinct:
                at = _distincts++;
                break;
            default:
                _counts += feature.Type switch { FeatureType.Ratio => 2, FeatureType.LocationVariance => 4, FeatureType.TimeVariance => 3, _ => 1 };
                _sums += feature.Type switch { FeatureType.NumberVariance => 2, FeatureType.Average or FeatureType.Sum => 1, _ => 0 };
                break;
        }

        return new Cell(feature.Type, Bit(feature.Where), Bit(feature.Of), feature.Slot, at, sum);
    }

    private static uint Bit(int condition) => condition < 0 ? 0 : 1U << condition;
}
