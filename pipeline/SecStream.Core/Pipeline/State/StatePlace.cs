namespace SecStream.Core.Pipeline.State;

/// <summary>What a piece of state belongs to. Numbers are part of the format of snapshots; sections are restored in this order.</summary>
public enum StateSection : byte
{
    /// <summary>The engine as a whole: number of partitions.</summary>
    Engine = 1,

    /// <summary>The event sink.</summary>
    Sink = 2,

    /// <summary>A source partition (part = its number): watermark, position, ingest state.</summary>
    Partition = 3,

    /// <summary>A shard's clocks and counters: part 0 sessions, part 1 rules, part 2 profiles.</summary>
    Shard = 4,

    /// <summary>A login session of a shard.</summary>
    Session = 5,

    /// <summary>A key's history in a shard (part = route).</summary>
    Entity = 6,

    /// <summary>The alert book's clocks.</summary>
    Book = 7,

    /// <summary>The alerts and incidents of one primary entity.</summary>
    BookEntity = 8,

    /// <summary>Whatever the host keeps besides (part = its choice).</summary>
    Host = 9,

    /// <summary>A key of a profile in a shard (part = the profile), or the identities of a minute (part = 65 535).</summary>
    Profile = 10,
}

/// <summary>Where a key of the state lies.</summary>
/// <param name="Section">What it belongs to.</param>
/// <param name="Shard">0–63; 0 outside shards.</param>
/// <param name="Part">0–65 535: the route, the partition.</param>
public readonly record struct StatePlace(StateSection Section, int Shard = 0, int Part = 0)
{
    /// <summary>Bytes it takes before a key.</summary>
    public const int Bytes = 4;

    /// <summary>Reads it.</summary>
    public static StatePlace Read(ReadOnlySpan<byte> from) => new((StateSection)from[0], from[1], (from[2] << 8) | from[3]);

    /// <summary>Writes it so that the order of bytes is the order of sections, shards and parts.</summary>
    public void Write(Span<byte> to)
    {
        to[0] = (byte)Section;
        to[1] = checked((byte)Shard);
        to[2] = checked((byte)(Part >> 8));
        to[3] = (byte)Part;
    }
}

/// <summary>How much of the state is asked for.</summary>
public enum StateExtent
{
    /// <summary>Everything; what counts as changed stays as it is.</summary>
    Copy,

    /// <summary>Everything; from now on changes are noted.</summary>
    Base,

    /// <summary>What has changed since the last <see cref="Base"/> or <see cref="Changes"/>.</summary>
    Changes,
}
