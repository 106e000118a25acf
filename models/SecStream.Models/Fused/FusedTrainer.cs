using SecStream.Models.Vectors;

namespace SecStream.Models.Fused;

/// <summary>Fits the members one after the other, then learns how likely their scores are, then how likely the fused one is.</summary>
public sealed class FusedTrainer : IVectorTrainer
{
    private readonly FusedOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public FusedTrainer(FusedOptions options)
    {
        _options = OptionsCheck.Checked(options);
        foreach (var member in options.Members)
        {
            if (!(member.Weight > 0 && double.IsFinite(member.Weight)))
            {
                throw new ArgumentException($"FusedOptions: the weight of {member.Trainer.Name} is {member.Weight}; use a number above 0", nameof(options));
            }
        }
    }

    /// <inheritdoc/>
    public string Name => FusedDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        var sample = Draw(rows, count, featureCount, seed);
        var scores = new double[sample.Length / featureCount];
        var total = _options.Members.Sum(m => m.Weight);
        var voices = new Voice[_options.Members.Count];
        for (var i = 0; i < voices.Length; i++)
        {
            var member = _options.Members[i];
            var detector = member.Trainer.Fit(rows, featureCount, Vectors.Draw.Seed(seed, i));
            detector.Score(sample, scores);
            voices[i] = new Voice(detector, member.Weight / total, TailProbability.Fit(scores));
        }

        FusedDetector.Fuse(voices, sample, featureCount, scores);
        return new FusedDetector(voices, TailProbability.Fit(scores));
    }

    private double[] Draw(ReadOnlySpan<double> rows, int count, int featureCount, ulong seed)
    {
        if (count <= _options.CalibrationRows)
        {
            return rows.ToArray();
        }

        var picked = new Draw(Vectors.Draw.Seed(seed, -1)).Sample(count, _options.CalibrationRows);
        var sample = new double[picked.Length * featureCount];
        for (var i = 0; i < picked.Length; i++)
        {
            rows.Slice(picked[i] * featureCount, featureCount).CopyTo(sample.AsSpan(i * featureCount));
        }

        return sample;
    }
}
