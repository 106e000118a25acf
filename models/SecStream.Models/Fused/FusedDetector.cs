using SecStream.Models.Vectors;

namespace SecStream.Models.Fused;

/// <summary>A member of the fusion: its detector, its weight (all add up to 1), and how likely its scores are.</summary>
internal sealed record Voice(IVectorDetector Detector, double Weight, TailProbability Tail);

/// <summary>
/// Several detectors as one: each score becomes a tail probability, these are fused by their weighted harmonic mean (Wilson: "The harmonic mean p-value for combining
/// dependent tests", PNAS 2019), and the fused value is calibrated itself, for the mean alone promises too much.
/// <para>Assumption: what one detector finds very rare is strange, whatever the others say; members may depend on each other.</para>
/// <para>Cost and memory: the sum of the members' and two binary searches each.</para>
/// <para>Fails where all members do; and one that cries wolf on the training rows costs the others some of their voice.</para>
/// <para>Score: −log10 of the calibrated probability, 0 or more: 3 is one row in a thousand like the training rows. The training rows themselves calibrate it; for a
/// false-alarm budget calibrate on rows that were not used here.</para>
/// </summary>
public sealed class FusedDetector : IVectorDetector
{
    internal const string ArtefactName = "fused";
    private const int Version = 1;
    private const int Block = 1024;
    private readonly Voice[] _voices;
    private readonly TailProbability _tail;

    internal FusedDetector(Voice[] voices, TailProbability tail) => (_voices, _tail) = (voices, tail);

    /// <inheritdoc/>
    public int FeatureCount => _voices[0].Detector.FeatureCount;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> rows, Span<double> scores)
    {
        Rows.Check(rows, FeatureCount, scores);
        Fuse(_voices, rows, FeatureCount, scores);
        foreach (ref var score in scores)
        {
            score = -_tail.Log(score) / Math.Log(10);
        }
    }

    /// <summary>The members' shares, each weighted by its part of the fused evidence.</summary>
    /// <inheritdoc/>
    public void Explain(ReadOnlySpan<double> row, Span<double> shares)
    {
        Rows.CheckOne(row, FeatureCount, shares);
        shares.Clear();
        var own = new double[FeatureCount];
        Span<double> score = stackalloc double[1];
        foreach (var voice in _voices)
        {
            voice.Detector.Score(row, score);
            voice.Detector.Explain(row, own);
            Dense.AddScaled(shares, voice.Weight * Math.Exp(-voice.Tail.Log(score[0])), own);
        }

        Shares.Normalise(shares);
    }

    /// <summary>Reads an artefact.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind or version.</exception>
    public static FusedDetector Load(BinaryReader reader)
    {
        Artefact.Expect(reader, ArtefactName, Version);
        return Artefact.Guard(reader, static r =>
        {
            var voices = new Voice[Artefact.ReadCount(r, 1, 16)];
            for (var i = 0; i < voices.Length; i++)
            {
                var weight = r.ReadDouble();
                var tail = TailProbability.Load(r);
                voices[i] = new Voice(VectorDetectors.Load(r), weight, tail);
            }

            return voices.All(v => v.Weight > 0 && v.Detector.FeatureCount == voices[0].Detector.FeatureCount)
                ? new FusedDetector(voices, TailProbability.Load(r))
                : throw new InvalidDataException("the artefact is damaged: its members do not belong together");
        });
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Artefact.WriteHead(writer, ArtefactName, Version);
        writer.Write(_voices.Length);
        foreach (var voice in _voices)
        {
            writer.Write(voice.Weight);
            voice.Tail.Save(writer);
            voice.Detector.Save(writer);
        }

        _tail.Save(writer);
    }

    /// <summary>Logarithm of the fused evidence Σ weight / p: the negative logarithm of the harmonic mean.</summary>
    internal static void Fuse(Voice[] voices, ReadOnlySpan<double> rows, int featureCount, Span<double> scores)
    {
        Span<double> own = stackalloc double[Block];
        for (var from = 0; from < scores.Length; from += Block)
        {
            var size = Math.Min(Block, scores.Length - from);
            var part = scores.Slice(from, size);
            part.Clear();
            foreach (var voice in voices)
            {
                voice.Detector.Score(rows.Slice(from * featureCount, size * featureCount), own[..size]);
                for (var i = 0; i < size; i++)
                {
                    part[i] += voice.Weight * Math.Exp(-voice.Tail.Log(own[i]));
                }
            }

            foreach (ref var score in part)
            {
                score = Math.Log(score);
            }
        }
    }
}
