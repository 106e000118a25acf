namespace SecStream.Models.MlNet;

/// <summary>What judges the points of one series, one after the other, and learns them.</summary>
internal interface IPointEngine : IDisposable
{
    /// <summary>Judges a point: 0 or more, higher is stranger.</summary>
    double Next(float value);
}
