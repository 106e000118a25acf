using Microsoft.ML.Data;

namespace SecStream.Models.MlNet.TimeSeries;

/// <summary>A point as ML.NET's series detectors take it.</summary>
internal sealed class SeriesPoint
{
    /// <summary>Name of the column.</summary>
    public const string Column = nameof(Value);

    /// <summary>Its value.</summary>
    public float Value { get; set; }
}

/// <summary>What they give: three numbers.</summary>
internal sealed class SeriesJudgement
{
    /// <summary>Name of the column.</summary>
    public const string Column = nameof(Judgement);

    /// <summary>Alert, raw score, p-value; of SR-CNN: alert, raw score, magnitude.</summary>
    [VectorType(3)]
    public double[] Judgement { get; set; } = [];
}
