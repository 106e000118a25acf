using System.Collections.Immutable;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing;

namespace SecStream.Stages.Ingest;

/// <summary>Counts of one source partition, for the summary, the ledger and metrics.</summary>
public sealed class PartitionCounters
{
    /// <summary>Events accepted.</summary>
    public long Events { get; set; }

    /// <summary>Blank lines.</summary>
    public long Skipped { get; set; }

    /// <summary>Dead letters by error class. Replaced, never changed: another thread may look at it while the worker counts.</summary>
    public ImmutableSortedDictionary<string, long> DeadLetters { get; private set; } = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>Events late by more than L (evaluated by correction).</summary>
    public long Late { get; set; }

    /// <summary>Events later than H: kept, not evaluated.</summary>
    public long Unevaluated { get; set; }

    /// <summary>Events ahead of their arrival.</summary>
    public long Skewed { get; set; }

    /// <summary>Earliest event time seen.</summary>
    public long FirstTime { get; set; } = long.MaxValue;

    /// <summary>Latest event time seen.</summary>
    public long LastTime { get; set; } = long.MinValue;

    /// <summary>Counts a dead letter.</summary>
    public void AddDeadLetter(string errorClass) => DeadLetters = DeadLetters.SetItem(errorClass, DeadLetters.GetValueOrDefault(errorClass) + 1);

    /// <summary>Highest time at which an event was evaluated: not that of events ahead of their time.</summary>
    public long LastEvaluated { get; set; } = long.MinValue;

    /// <summary>Writes the counts.</summary>
    public void Save(BinaryWriter writer)
    {
        foreach (var number in (ReadOnlySpan<long>)[Events, Skipped, Late, Unevaluated, Skewed, FirstTime, LastTime, LastEvaluated])
        {
            writer.Write(number);
        }

        writer.Write(DeadLetters.Count);
        foreach (var (name, count) in DeadLetters)
        {
            writer.Write(name);
            writer.Write(count);
        }
    }

    /// <summary>Reads the counts.</summary>
    public void Restore(BinaryReader reader)
    {
        Events = reader.ReadInt64();
        Skipped = reader.ReadInt64();
        Late = reader.ReadInt64();
        Unevaluated = reader.ReadInt64();
        Skewed = reader.ReadInt64();
        FirstTime = reader.ReadInt64();
        LastTime = reader.ReadInt64();
        LastEvaluated = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            DeadLetters = DeadLetters.SetItem(reader.ReadString(), reader.ReadInt64());
        }
    }
}

/// <summary>A record held back until the next one of its track says whether its time can be true.</summary>
internal sealed record HeldRecord(ulong Track, long Position, ulong SourceHash, EventRecord Record, int AddedFrom);

/// <summary>What the ingest stage keeps of one source partition.</summary>
internal sealed class PartitionState(string name, SourceParser parser, SourceClock clock)
{
    public string Name { get; } = name;

    public SourceParser Parser { get; } = parser;

    public SourceClock Clock { get; } = clock;

    public PartitionCounters Counters { get; } = new();

    /// <summary>Records held back, one a track at most, in order of position.</summary>
    public List<HeldRecord> Held { get; } = [];

    /// <summary>Records held back in a snapshot that have made the program fail since: dead letters, with the next output.</summary>
    public List<HeldRecord> Buried { get; } = [];

    public void Save(BinaryWriter writer)
    {
        Parser.Save(writer);
        Clock.Save(writer);
        Counters.Save(writer);
        writer.Write(Held.Count);
        foreach (var held in Held)
        {
            writer.Write(held.Track);
            writer.Write(held.Position);
            writer.Write(held.SourceHash);
            writer.Write(held.AddedFrom);
            held.Record.Save(writer);
        }
    }

    public void Restore(BinaryReader reader, FieldCatalog fields)
    {
        Parser.Restore(reader);
        Clock.Restore(reader);
        Counters.Restore(reader);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (track, position, source) = (reader.ReadUInt64(), reader.ReadInt64(), reader.ReadUInt64());
            var addedFrom = reader.ReadInt32();
            var record = new EventRecord(fields.Count);
            record.Restore(reader);
            Held.Add(new HeldRecord(track, position, source, record, addedFrom));
        }
    }
}
