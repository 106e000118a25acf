using System.Runtime.InteropServices;
using SecStream.Core.Events;

namespace SecStream.Core.Observations;

/// <summary>What a row says of how its event can be recognised when it comes again.</summary>
[Flags]
public enum RowMarks : ushort
{
    /// <summary>Its id comes from its position, and rows of its source come in order of position.</summary>
    None = 0,

    /// <summary>It was held back by the worker, so later positions of its source came before it.</summary>
    Held = 1,

    /// <summary>It has a declared identity: a copy may come another way, at any place.</summary>
    Given = 2,
}

/// <summary>
/// Fixed part of an observation: what one event means to one key of one route. Rows are flat, self-contained bytes, so they can be batched,
/// copied between threads, kept in snapshots and shipped as they are:
/// <code>
/// header (72) | key | detections: 2 bytes each | value lengths: 2 bytes × Slots, 0xFFFF absent | value bytes … | followers: whole rows
/// </code>
/// A row of a login session carries the rows of the attempt that it may turn out to be as <b>followers</b>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct RowHeader
{
    /// <summary>Size of this struct in bytes.</summary>
    public const int Size = 72;

    /// <summary>Value of <see cref="IsCorrection"/>: the row takes the place of an earlier one of the same event altogether.</summary>
    public const byte Replaces = 2;

    /// <summary>Bytes of the whole row, followers included.</summary>
    public int Length;

    /// <summary>Bytes of the followers at the end of the row.</summary>
    public int FollowersLength;

    /// <summary>Route in the plan; <see cref="Row.SessionRoute"/> for login sessions.</summary>
    public ushort Route;

    /// <summary>Shard, 0 … 63.</summary>
    public byte Shard;

    /// <summary>Kind of login line (session rows only).</summary>
    public LoginLine LoginLine;

    /// <summary>Bytes of the key.</summary>
    public ushort KeyLength;

    /// <summary>Number of detections the event matched on this route.</summary>
    public ushort DetectionCount;

    /// <summary>Occurrences. 0 takes an earlier row of the same event away (a correction of a login session).</summary>
    public int Count;

    /// <summary>
    /// 1: sets the count of an event seen before, rather than being a redelivery of it. <see cref="Replaces"/>: also its values and what it matched.
    /// </summary>
    public byte IsCorrection;

    /// <summary>
    /// 1: the event as a login attempt, counted by its session. An event may also reach the same key as a mere line; the two stay apart, because
    /// they count differently.
    /// </summary>
    public byte IsAttempt;

    /// <summary>How an event seen before is recognised where no history tells (rows of profiles).</summary>
    public RowMarks Marks;

    /// <summary>Not used.</summary>
    public int Reserved2;

    /// <summary>Event time, microseconds since 1970 UTC.</summary>
    public long Time;

    /// <summary>The source (<see cref="EventId.SourceHash"/>): second key of the order of events.</summary>
    public ulong Source;

    /// <summary>Position in the source: third key of the order of events.</summary>
    public long Position;

    /// <summary>Event id, high half.</summary>
    public ulong IdHigh;

    /// <summary>Event id, low half.</summary>
    public ulong IdLow;
}
