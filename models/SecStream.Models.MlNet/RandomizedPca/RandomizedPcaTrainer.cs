using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using SecStream.Models.MlNet.SavedModels;
using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.MlNet.RandomizedPca;

/// <summary>
/// ML.NET's anomaly detection by randomised principal components (Halko, Martinsson, Tropp: "Finding structure with randomness", SIAM Review 2011): the share of
/// a row that lies outside of the directions in which the training rows vary most.
/// <para>Assumption: normal rows vary in few directions, and what is strange leaves them.</para>
/// <para>Cost: rank × features multiplications a row and ML.NET's own, some 2 µs; a call costs 0.5 ms. Memory: 4 bytes × rank × features.</para>
/// <para>Fails on what is only large: the score is a share, so that a row far out in a usual direction is not strange, and a row near the middle may be.</para>
/// <para>Score: 0 to 1.</para>
/// </summary>
public sealed class RandomizedPcaTrainer : IVectorTrainer
{
    /// <summary>Name in artefacts and lists.</summary>
    internal const string ArtefactName = "mlnet-pca";

    private readonly RandomizedPcaOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public RandomizedPcaTrainer(RandomizedPcaOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        Rows.CheckTraining(rows, featureCount);
        var standardiser = Standardiser.Fit(rows, featureCount, _options.Standardisation);
        var start = (int)(seed & int.MaxValue);
        var context = new MLContext(start);
        var view = FeatureRow.View(context, standardiser.Apply(rows), featureCount);
        var rank = Math.Clamp((int)(_options.RankRatio * featureCount), 1, _options.MaxRankCount);
        var model = Fit(context, view, rank, _options.OversamplingCount, start);
        using var zip = new MemoryStream();
        context.Model.Save(model, view.Schema, zip);

        var usual = new double[featureCount];
        Medians(rows, featureCount, usual);
        return new MlNetVectorDetector(Name, new ModelBytes(ModelZip.WithoutTimes(zip.ToArray()), "the trained model"), standardiser, usual);
    }

    /// <summary>Where rows vary in fewer directions than are asked for, ML.NET ends in directions that are no numbers: then with fewer.</summary>
    private static AnomalyPredictionTransformer<PcaModelParameters> Fit(MLContext context, IDataView view, int rank, int oversampling, int seed)
    {
        try
        {
            return context.AnomalyDetection.Trainers.RandomizedPca(FeatureRow.Column, null, rank, oversampling, ensureZeroMean: true, seed: seed).Fit(view);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "eigenVectors")
        {
            return oversampling > 0 ? Fit(context, view, rank, 0, seed)
                : rank > 1 ? Fit(context, view, rank / 2, 0, seed)
                : throw new ArgumentException("the rows vary in no direction: randomised PCA has nothing to learn from them", nameof(view), e);
        }
    }

    private static void Medians(ReadOnlySpan<double> rows, int featureCount, double[] medians)
    {
        var column = new double[rows.Length / featureCount];
        for (var f = 0; f < featureCount; f++)
        {
            for (var r = 0; r < column.Length; r++)
            {
                column[r] = rows[(r * featureCount) + f];
            }

            Array.Sort(column);
            medians[f] = column[column.Length / 2];
        }
    }
}
