using System.Text.Json;

namespace SecStream.Connectors.Kafka.State;

/// <summary>Where a part of a file lies.</summary>
/// <param name="Partition">Partition of the state topic.</param>
/// <param name="Offset">Offset in it.</param>
public readonly record struct StatePart(int Partition, long Offset);

/// <summary>A file in the state topic.</summary>
/// <param name="Name">Path below the data folder, with slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its content, lower-case hex.</param>
/// <param name="Parts">Its parts in order.</param>
/// <param name="Sent">When it was written to the topic: what is old is written again before the topic's retention takes it.</param>
public sealed record StateFile(string Name, long Bytes, string Sha256, IReadOnlyList<StatePart> Parts, DateTimeOffset Sent);

/// <summary>A whole state: what a member needs to go on where another stopped, together with the records that follow.</summary>
public sealed record StateManifest
{
    /// <summary>The snapshot: a base and its deltas.</summary>
    public required IReadOnlyList<StateFile> Snapshot { get; init; }

    /// <summary>Versions of rules and files that were ever in force.</summary>
    public required IReadOnlyList<StateFile> Versions { get; init; }

    /// <summary>Small files of the sinks: their places, what they remember.</summary>
    public required IReadOnlyDictionary<string, byte[]> Small { get; init; }

    /// <summary>Lines of the control log before <see cref="Control"/> that are never forgotten.</summary>
    public required byte[] Kept { get; init; }

    /// <summary>Number of the first control entry behind the snapshot.</summary>
    public required long Control { get; init; }

    /// <summary>Place in the outbox from which on its lines are needed: behind the snapshot, or where the slowest sink stands.</summary>
    public required long Outbox { get; init; }

    /// <summary>Records before this offset say nothing any more: a leader could not go on from them, and began anew. 0: all count.</summary>
    public long Since { get; init; }

    /// <summary>As it is written.</summary>
    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>As it was read; null: damaged or of another version.</summary>
    internal static StateManifest? Of(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<StateManifest>(bytes);
        }
        catch (JsonException)
        {
            // The one before it counts; a member of another version says so when it finds none that it can read.
            return null;
        }
    }
}
