using SecStream.Models.ChangePoint;
using SecStream.Models.Ewma;
using SecStream.Models.IidSpike;
using SecStream.Models.Iqr;
using SecStream.Models.RobustZScore;
using SecStream.Models.SeasonalBaseline;
using SecStream.Models.SequenceModel;
using SecStream.Models.SeriesEnsemble;
using SecStream.Models.SpectralResidual;
using SecStream.Models.SsaSpike;
using SecStream.Models.Vectors;
using SecStream.Models.WindowedZScore;

namespace SecStream.Models.Catalogue;

/// <summary>The detectors written here, which are there in every build.</summary>
public static class OwnDetectors
{
    private static readonly Dictionary<string, string> s_papers = new(StringComparer.Ordinal)
    {
        ["isolation-forest"] = "Liu, Ting, Zhou 2008",
        ["extended-isolation-forest"] = "Hariri, Carrasco Kind, Brunner 2021",
        ["robust-covariance"] = "Rousseeuw, Van Driessen 1999; Boudt and others 2020",
        ["knn-coreset"] = "Ramaswamy, Rastogi, Shim 2000; Sugiyama, Borgwardt 2013",
        ["hbos"] = "Goldstein, Dengel 2012",
        ["ecod"] = "Li, Zhao, Hu and others 2022",
        ["fused"] = "Wilson 2019",
    };

    /// <summary>All of them, with their default options.</summary>
    public static IReadOnlyList<DetectorEntry> Entries { get; } =
    [
        Series("windowed-z-score", "Shewhart 1931; Welford 1962", () => new WindowedZScoreDetector(new WindowedZScoreOptions())),
        Series("robust-z-score", "Hampel 1974; Iglewicz, Hoaglin 1993", () => new RobustZScoreDetector(new RobustZScoreOptions())),
        Series("iqr", "Tukey 1977", () => new IqrDetector(new IqrOptions())),
        Series("ewma", "Roberts 1959; West 1979", () => new EwmaDetector(new EwmaOptions())),
        Series("iid-spike", "Laxhammar 2014", () => new IidSpikeDetector(new IidSpikeOptions())),
        Series("ssa-spike", "Golyandina, Nekrutkin, Zhigljavsky 2001", () => new SsaSpikeDetector(new SsaSpikeOptions())),
        Series("spectral-residual", "Ren and others 2019", () => new SpectralResidualDetector(new SpectralResidualOptions())),
        Series("change-point", "Vovk, Nouretdinov, Gammerman 2003; Page 1954", () => new ChangePointDetector(new ChangePointOptions())),
        Series("seasonal-baseline", "West 1979", () => new SeasonalBaselineDetector(new SeasonalBaselineOptions())),
        Series("sequence", "Cleary, Witten 1984; Moffat 1990", () => new SequenceModelDetector(new SequenceModelOptions())),
        Series("series-ensemble", "Fisher 1932", () => new SeriesEnsembleDetector(new SeriesEnsembleOptions())),
        .. VectorDetectors.Trainers.Select(t => new DetectorEntry(t.Name, DetectorKind.Vector, s_papers[t.Name]) { Trainer = t }),
        new("streaming-forest", DetectorKind.Stream, "Tan, Ting, Liu 2011"),
    ];

    private static DetectorEntry Series(string name, string paper, Func<ISeriesDetector> make) => new(name, DetectorKind.Series, paper) { MakeSeries = make };
}
