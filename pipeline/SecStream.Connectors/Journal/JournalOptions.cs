namespace SecStream.Connectors.Journal;

/// <summary>Bounds of a journal.</summary>
public sealed record JournalOptions
{
    /// <summary>A segment is closed and the next one made when it would grow beyond this, in bytes. Default 64 MiB; 64 KiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Bound over all segments, in bytes: appends wait while this much is not released, and segments that are released go early when there is
    /// more. Default 10 GiB; at least 64 KiB.
    /// </summary>
    public long MaxBytes { get; init; } = 10L << 30;

    /// <summary>Appends fail when less than this would be free on the disk, in bytes. Default 256 MiB; 0 or more.</summary>
    public long MinFreeBytes { get; init; } = 256L << 20;

    /// <summary>How long segments that are released are kept: what a replay reads. Default 7 days; 0 or more.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What is wrong with the options, a sentence each that names the key; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Check(SegmentBytes is >= 64 << 10 and <= 1L << 30, $"{nameof(SegmentBytes)} is {SegmentBytes}; it must be 65536 (64 KiB) to 1073741824 (1 GiB)");
        Check(MaxBytes >= 64 << 10, $"{nameof(MaxBytes)} is {MaxBytes}; it must be at least 65536 (64 KiB)");
        Check(MinFreeBytes >= 0, $"{nameof(MinFreeBytes)} is {MinFreeBytes}; it can't be negative");
        Check(Retention >= TimeSpan.Zero, $"{nameof(Retention)} is {Retention}; it can't be negative");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
