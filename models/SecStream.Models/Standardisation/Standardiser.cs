using SecStream.Models.Vectors;

namespace SecStream.Models.Standardisation;

/// <summary>
/// Brings features to one scale, so that no unit (bytes against ratios) decides what is far. Immutable, thread-safe. Cost: a subtraction and a multiplication a
/// value. Memory: 24 bytes a feature. Fails where a feature has several scales at once (traffic of mice and of elephants): take its logarithm first.
/// </summary>
public sealed class Standardiser
{
    private const double Limit = 1e9;
    private readonly double[] _centres;
    private readonly double[] _scales;
    private readonly double[] _inverses;

    private Standardiser(double[] centres, double[] scales)
    {
        _centres = centres;
        _scales = scales;
        _inverses = Array.ConvertAll(scales, s => 1 / s);
    }

    /// <summary>Features of a row.</summary>
    public int FeatureCount => _centres.Length;

    /// <summary>Learns centres and scales.</summary>
    /// <param name="rows">The rows; finite.</param>
    /// <param name="featureCount">Values of a row.</param>
    /// <param name="options">How.</param>
    public static Standardiser Fit(ReadOnlySpan<double> rows, int featureCount, StandardisationOptions options)
    {
        OptionsCheck.Checked(options);
        var count = Rows.CheckTraining(rows, featureCount);
        var (centres, scales) = (new double[featureCount], new double[featureCount]);
        var column = new double[count];
        for (var f = 0; f < featureCount; f++)
        {
            for (var r = 0; r < count; r++)
            {
                column[r] = rows[(r * featureCount) + f];
            }

            Array.Sort(column);
            (centres[f], scales[f]) = Measure(column, options);
        }

        return new Standardiser(centres, scales);
    }

    /// <summary>Standardises rows. What is more than 10⁹ deviations away is put there: squares and sums stay finite.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="standardised">Room for as many values; may be the same memory.</param>
    public void Apply(ReadOnlySpan<double> rows, Span<double> standardised)
    {
        var f = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            standardised[i] = Value(rows[i], f);
            f = f + 1 == _centres.Length ? 0 : f + 1;
        }
    }

    /// <summary>The same in single precision.</summary>
    public void Apply(ReadOnlySpan<double> rows, Span<float> standardised)
    {
        var f = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            standardised[i] = (float)Value(rows[i], f);
            f = f + 1 == _centres.Length ? 0 : f + 1;
        }
    }

    /// <summary>Standardises all rows into an array of their own.</summary>
    public double[] Apply(ReadOnlySpan<double> rows)
    {
        var standardised = new double[rows.Length];
        Apply(rows, standardised);
        return standardised;
    }

    /// <summary>Writes it.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Artefact.Write<double>(writer, _centres);
        Artefact.Write<double>(writer, _scales);
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Standardiser Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return Artefact.Guard(reader, static r =>
        {
            var centres = Artefact.Read<double>(r);
            var scales = Artefact.Read<double>(r, centres.Length);
            return centres.Length > 0 && centres.All(double.IsFinite) && scales.All(s => double.IsNormal(s) && s > 0)
                ? new Standardiser(centres, scales)
                : throw new InvalidDataException("the artefact is damaged: its scales are not positive numbers");
        });
    }

    /// <summary>One value standardised; never NaN.</summary>
    internal double Value(double value, int feature)
    {
        // The difference of two finite numbers can be infinite; it is clamped like any other that is far away.
        return Math.Min(Math.Max((value - _centres[feature]) * _inverses[feature], -Limit), Limit);
    }

    private static (double Centre, double Scale) Measure(double[] sorted, StandardisationOptions options)
    {
        var largest = Math.Max(Math.Abs(sorted[0]), Math.Abs(sorted[^1]));
        if (largest == 0)
        {
            return (0, options.ConstantScaleRatio);
        }

        // In units of the largest value, so that squares of very large ones stay finite.
        double mean = 0, squares = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var value = sorted[i] / largest;
            var delta = value - mean;
            mean += delta / (i + 1);
            squares += delta * (value - mean);
        }

        var deviation = Math.Sqrt(squares / sorted.Length);
        var centre = options.Kind == ScaleKind.Robust ? Quantile(sorted, 0.5) / largest : mean;
        if (sorted[0] == sorted[^1] || !(deviation > 1e-12 * Math.Abs(mean)))
        {
            return (sorted[sorted.Length / 2], ConstantScale(sorted[sorted.Length / 2], options));
        }

        var range = ((Quantile(sorted, 0.75) / largest) - (Quantile(sorted, 0.25) / largest)) / 1.349;
        var scale = options.Kind == ScaleKind.Robust ? Math.Max(range, options.LeastScaleRatio * deviation) : deviation;
        var absolute = scale * largest;

        // A feature of nothing but denormal numbers has no scale that could be divided by.
        return double.IsNormal(absolute) ? (centre * largest, absolute) : (centre * largest, ConstantScale(centre * largest, options));
    }

    private static double ConstantScale(double constant, StandardisationOptions options)
    {
        var magnitude = Math.Abs(constant);
        return Math.Clamp((magnitude > 0 ? magnitude : 1) * options.ConstantScaleRatio, 1e-300, 1e300);
    }

    private static double Quantile(double[] sorted, double p)
    {
        var place = p * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        var part = place - below;
        return (sorted[below] * (1 - part)) + (sorted[above] * part);
    }
}
