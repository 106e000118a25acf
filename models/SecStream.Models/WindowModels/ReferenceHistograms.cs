using SecStream.Core.Features;
using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>How features and p lay on the calibration days: bins are tenths of the windows learned from.</summary>
internal sealed class ReferenceHistograms
{
    private const int Parts = 10;
    private static readonly double[] EdgesOfP = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];
    private readonly Histogram[] _features;

    /// <summary>Empty histograms, edges from a sample.</summary>
    public ReferenceHistograms(FeatureSchema schema, IReadOnlyList<FeatureVector> sample)
    {
        _features = [.. schema.Features.Select((feature, f) => Of(feature.Name, [.. sample.Select(v => v.Values[f]).Where(double.IsFinite).Order()]))];
    }

    /// <summary>Counts a window.</summary>
    public void Add(FeatureVector window)
    {
        for (var f = 0; f < _features.Length; f++)
        {
            _features[f].Counts[_features[f].Bin(window.Values[f])]++;
        }
    }

    /// <summary>Those of the features.</summary>
    public Histogram[] Features => _features;

    /// <summary>That of p.</summary>
    public static Histogram OfP(ScoreCollector fused, ScoreCalibration? calibration)
    {
        var p = new Histogram("p", EdgesOfP, new long[EdgesOfP.Length + 2]);
        for (var bin = 0; bin < ScoreCollector.Bins && calibration is not null; bin++)
        {
            p.Counts[p.Bin(Math.Exp(calibration.LogUpper(ScoreCollector.Edge(bin))))] += fused.Counts[bin];
        }

        return p;
    }

    private static Histogram Of(string name, double[] sorted)
    {
        var edges = new List<double>();
        for (var part = 1; part < Parts && sorted.Length > 0; part++)
        {
            var edge = sorted[part * sorted.Length / Parts];
            if (edge > sorted[0] && (edges.Count == 0 || edge > edges[^1]))
            {
                edges.Add(edge);
            }
        }

        return new Histogram(name, [.. edges], new long[edges.Count + 2]);
    }
}
