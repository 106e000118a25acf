using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>
/// How the windows of a class lie against those its model was calibrated with: counts of features and of the fused p in the same bins (population stability index;
/// Siddiqi: "Credit Risk Scorecards", 2006), and how many had p ≤ 10⁻³ where one in a thousand should. Counts alone: the order of windows and of merges does not
/// matter. A search in some 20 edges a feature; some 200 bytes a feature. Fails to see a change within a bin, and one of how features go together. Not thread-safe.
/// </summary>
public sealed class DriftCounts
{
    /// <summary>The p whose share is checked.</summary>
    public const double ExceedanceP = 1e-3;

    private const uint Mark = 0x4652_4453;
    private const byte Version = 1;
    private readonly long[][] _counts;
    private long _windows;
    private long _exceedances;

    /// <summary>Empty counts for a class.</summary>
    public DriftCounts(ClassFigures figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        Figures = figures;
        _counts = [.. figures.Reference.Select(h => new long[h.Counts.Length])];
    }

    /// <summary>What is compared with.</summary>
    public ClassFigures Figures { get; }

    /// <summary>Counts a window; only what was judged.</summary>
    public void Add(FeatureVector window, Judgement judgement)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (judgement.State != JudgementState.Judged || _counts.Length != window.Values.Length + 1)
        {
            return;
        }

        for (var f = 0; f < window.Values.Length; f++)
        {
            _counts[f][Figures.Reference[f].Bin(window.Values[f])]++;
        }

        _counts[^1][Figures.Reference[^1].Bin(judgement.P)]++;
        _windows++;
        _exceedances += judgement.P <= ExceedanceP ? 1 : 0;
    }

    /// <summary>Adds the counts of others of the same class.</summary>
    /// <exception cref="ArgumentException">They are of another model.</exception>
    public void Merge(DriftCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_counts.Select(c => c.Length).SequenceEqual(other._counts.Select(c => c.Length)))
        {
            throw new ArgumentException("the counts are of another model: their bins are others", nameof(other));
        }

        for (var h = 0; h < _counts.Length; h++)
        {
            for (var bin = 0; bin < _counts[h].Length; bin++)
            {
                _counts[h][bin] += other._counts[h][bin];
            }
        }

        _windows += other._windows;
        _exceedances += other._exceedances;
    }

    /// <summary>Writes the counts.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Mark);
        writer.Write(Version);
        writer.Write(_windows);
        writer.Write(_exceedances);
        writer.Write(_counts.Length);
        foreach (var counts in _counts)
        {
            Vectors.Artefact.Write<long>(writer, counts);
        }
    }

    /// <summary>Takes counts that were saved, in place of what is here.</summary>
    /// <exception cref="InvalidDataException">They are damaged or of another model.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (windows, exceedances, read) = Vectors.Artefact.Guard(reader, r =>
        {
            if (r.ReadUInt32() != Mark || r.ReadByte() != Version)
            {
                throw new InvalidDataException("these are no counts of drift of this version: begin to count again");
            }

            var head = (r.ReadInt64(), r.ReadInt64());
            Vectors.Artefact.ReadCount(r, _counts.Length, _counts.Length);
            return (head.Item1, head.Item2, _counts.Select(c => Vectors.Artefact.Read<long>(r, c.Length)).ToArray());
        });
        (_windows, _exceedances) = (windows, exceedances);
        read.CopyTo(_counts, 0);
    }

    /// <summary>What they say.</summary>
    public DriftReport Report() => new(
        _windows,
        _exceedances,
        _windows == 0 ? double.NaN : _exceedances / (ExceedanceP * _windows),
        [.. Figures.Reference.Select((h, at) => new DriftIndex(h.Name, Index(h.Counts, _counts[at])))]);

    /// <summary>The index; half a window is added to every bin, so that an empty one does not make it infinite.</summary>
    private static double Index(long[] then, long[] now)
    {
        const double added = 0.5;
        var (sumThen, sumNow) = (then.Sum() + (added * then.Length), now.Sum() + (added * now.Length));
        if (now.Sum() == 0 || then.Sum() == 0)
        {
            return double.NaN;
        }

        var index = 0.0;
        for (var bin = 0; bin < then.Length; bin++)
        {
            var (a, b) = ((then[bin] + added) / sumThen, (now[bin] + added) / sumNow);
            index += (b - a) * Math.Log(b / a);
        }

        return index;
    }
}

/// <summary>How far windows have drifted from those the model was calibrated with.</summary>
/// <param name="Windows">Windows counted: those that were judged.</param>
/// <param name="Exceedances">Of these, how many had p ≤ 10⁻³.</param>
/// <param name="ExceedanceRatio">Their share against 10⁻³: 1 is as promised; above 2 or below 0.5 for two days is drift. NaN without windows.</param>
/// <param name="Indices">Population stability index of each feature and of p.</param>
public sealed record DriftReport(long Windows, long Exceedances, double ExceedanceRatio, IReadOnlyList<DriftIndex> Indices);

/// <summary>Population stability index of one feature, or of <c>p</c>.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Index">Σ (now − then) · ln(now/then) over bins: below 0.1 stable, above 0.25 drifted. NaN where nothing was counted.</param>
public sealed record DriftIndex(string Name, double Index);
