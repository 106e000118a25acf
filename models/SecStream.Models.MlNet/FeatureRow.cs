using Microsoft.ML;
using Microsoft.ML.Data;

namespace SecStream.Models.MlNet;

/// <summary>A row as ML.NET takes it: one column, <c>Features</c>.</summary>
internal sealed class FeatureRow
{
    /// <summary>Name of the column that models read.</summary>
    public const string Column = nameof(Features);

    /// <summary>Name of the column that models write.</summary>
    public const string Score = "Score";

    /// <summary>Values further out are put there: their squares and sums stay finite in single precision.</summary>
    private const double Limit = 1e15;

    /// <summary>The values.</summary>
    public float[] Features { get; set; } = [];

    /// <summary>Rows as a data view. They are copied: the view may outlive them.</summary>
    /// <param name="context">The context of the model.</param>
    /// <param name="rows">The rows, one behind the other; finite.</param>
    /// <param name="featureCount">Values of a row.</param>
    /// <param name="anchor">A value that every row has behind its own; 0: none.</param>
    public static IDataView View(MLContext context, ReadOnlySpan<double> rows, int featureCount, float anchor = 0)
    {
        var width = Width(featureCount, anchor);
        var all = new FeatureRow[rows.Length / featureCount];
        for (var r = 0; r < all.Length; r++)
        {
            var values = new float[width];
            values[^1] = anchor;
            for (var f = 0; f < featureCount; f++)
            {
                values[f] = (float)Math.Clamp(rows[(r * featureCount) + f], -Limit, Limit);
            }

            all[r] = new FeatureRow { Features = values };
        }

        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[Column].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return context.Data.LoadFromEnumerable(all, schema);
    }

    /// <summary>Values of a row with its anchor.</summary>
    public static int Width(int featureCount, float anchor) => anchor == 0 ? featureCount : featureCount + 1;
}
