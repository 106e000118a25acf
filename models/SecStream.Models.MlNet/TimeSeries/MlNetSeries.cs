using Microsoft.ML;

namespace SecStream.Models.MlNet.TimeSeries;

/// <summary>
/// The series detectors of Microsoft.ML.TimeSeries behind our contract (<see cref="RenewedDetector"/>). All values are held in single precision. Each fails where
/// its namesake of our own does, and has no dead band: a tiny change of a constant series is strange.
/// </summary>
public static class MlNetSeries
{
    /// <summary>Alerts of ML.NET are not used, only its scores; this is what it wants to know for them, in percent.</summary>
    private const double Confidence = 95;

    /// <summary>−log10 of the p-value of a point among the last ones, by a kernel density estimate (Laxhammar 2014). Assumes independent points.</summary>
    public static ISeriesDetector IidSpike(MlNetSeriesOptions options)
    {
        Check(options);
        return new RenewedDetector("mlnet-iid-spike", options.HistoryCount, options.RenewalCount, points =>
        {
            var context = new MLContext(0);
            var estimator = context.Transforms.DetectIidSpike(SeriesJudgement.Column, SeriesPoint.Column, Confidence, options.HistoryCount);
            return new MlNetPointEngine(context, estimator, points, MlNetPointEngine.Decades);
        });
    }

    /// <summary>
    /// −log10 of the p-value of the error of a forecast by singular spectrum analysis (Golyandina, Nekrutkin, Zhigljavsky 2001). Assumes a season within
    /// <see cref="MlNetSeriesOptions.SeasonCount"/> points. The point that renews pays for a fit.
    /// </summary>
    public static ISeriesDetector SsaSpike(MlNetSeriesOptions options)
    {
        Check(options);
        var learning = Math.Max(options.TrainingCount, options.HistoryCount);
        return new RenewedDetector("mlnet-ssa-spike", learning, options.RenewalCount, points =>
        {
            var context = new MLContext(0);
            var estimator = context.Transforms.DetectSpikeBySsa(
                SeriesJudgement.Column, SeriesPoint.Column, Confidence, options.HistoryCount, options.TrainingCount, options.SeasonCount);
            return new MlNetPointEngine(context, estimator, points, MlNetPointEngine.Decades);
        });
    }

    /// <summary>Saliency of a point against the ones before it by spectral residual (Ren and others 2019). Assumes that normal variation is smooth or periodic.</summary>
    public static ISeriesDetector SrCnn(MlNetSeriesOptions options)
    {
        Check(options);
        return new RenewedDetector("mlnet-sr-cnn", options.SpectrumCount, options.RenewalCount, points =>
        {
            var context = new MLContext(0);
            var estimator = context.Transforms.DetectAnomalyBySrCnn(SeriesJudgement.Column, SeriesPoint.Column, options.SpectrumCount);
            return new MlNetPointEngine(context, estimator, points, MlNetPointEngine.Raw);
        });
    }

    private static void Check(MlNetSeriesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
    }
}
