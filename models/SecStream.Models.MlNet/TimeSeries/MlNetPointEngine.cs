using Microsoft.ML;
using Microsoft.ML.Transforms.TimeSeries;

namespace SecStream.Models.MlNet.TimeSeries;

/// <summary>A series detector of ML.NET, fitted to some points.</summary>
internal sealed class MlNetPointEngine : IPointEngine
{
    private readonly TimeSeriesPredictionEngine<SeriesPoint, SeriesJudgement> _engine;
    private readonly Func<double[], double> _score;
    private readonly SeriesPoint _point = new();

    /// <summary>Fits one.</summary>
    /// <param name="context">The context of the estimator.</param>
    /// <param name="estimator">From <see cref="SeriesPoint.Column"/> to <see cref="SeriesJudgement.Column"/>.</param>
    /// <param name="points">What it is fitted to.</param>
    /// <param name="score">What its numbers mean: 0 or more, higher is stranger.</param>
    public MlNetPointEngine(MLContext context, IEstimator<ITransformer> estimator, float[] points, Func<double[], double> score)
    {
        var data = context.Data.LoadFromEnumerable(Array.ConvertAll(points, value => new SeriesPoint { Value = value }));
        _engine = estimator.Fit(data).CreateTimeSeriesEngine<SeriesPoint, SeriesJudgement>(context);
        _score = score;
    }

    /// <inheritdoc/>
    public double Next(float value)
    {
        _point.Value = value;
        return _score(_engine.Predict(_point).Judgement);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    /// <summary>−log10 of the p-value, the third number: 2 is one in a hundred, 8 the most that ML.NET tells.</summary>
    public static double Decades(double[] judgement) => -Math.Log10(Math.Clamp(judgement[2], 1e-8, 1));

    /// <summary>The raw score, the second number.</summary>
    public static double Raw(double[] judgement) => judgement[1];
}
