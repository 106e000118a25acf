using SecStream.Core.Alerts;
using SecStream.Core.Features;

namespace SecStream.Training.Gate;

/// <summary>
/// What a challenger finds in the champion's shadow: windows by the severity that each gives them. Counts alone, so neither the order of windows nor of merges
/// matters; a window that is judged again after a late event is taken away first. Not thread-safe.
/// </summary>
public sealed class ShadowCounts
{
    private const int Format = 1;
    private static readonly int s_side = Enum.GetValues<Severity>().Length + 1;
    private readonly long[] _counts = new long[s_side * s_side];

    /// <summary>Windows counted.</summary>
    public long Windows => _counts.Sum();

    /// <summary>Windows that the champion gives one severity and the challenger another (or the same); null: none.</summary>
    public long Of(Severity? champion, Severity? challenger) => _counts[At(champion, challenger)];

    /// <summary>Windows that the champion finds at least so severe.</summary>
    public long Champion(Severity least) => Sum((champion, _) => champion > (int)least);

    /// <summary>Windows that the challenger finds at least so severe.</summary>
    public long Challenger(Severity least) => Sum((_, challenger) => challenger > (int)least);

    /// <summary>Counts a window that both have judged.</summary>
    public void Add(in Judgement champion, in Judgement challenger) => _counts[At(champion.Severity, challenger.Severity)]++;

    /// <summary>Takes a window away, as it was counted.</summary>
    public void Remove(in Judgement champion, in Judgement challenger) => _counts[At(champion.Severity, challenger.Severity)]--;

    /// <summary>Adds the counts of others.</summary>
    public void Merge(ShadowCounts other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Writes the counts.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Format);
        Array.ForEach(_counts, writer.Write);
    }

    /// <summary>Takes counts that were saved, in place of what is here.</summary>
    /// <exception cref="InvalidDataException">They are of another format.</exception>
    public void Restore(BinaryReader reader)
    {
        if (reader.ReadInt32() != Format)
        {
            throw new InvalidDataException("shadow counts of another format");
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] = reader.ReadInt64();
        }
    }

    private static int At(Severity? champion, Severity? challenger) => (Index(champion) * s_side) + Index(challenger);

    private static int Index(Severity? severity) => severity is { } s ? (int)s + 1 : 0;

    private long Sum(Func<int, int, bool> wanted)
    {
        var sum = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            sum += wanted(i / s_side, i % s_side) ? _counts[i] : 0;
        }

        return sum;
    }
}
