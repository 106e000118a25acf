using SecStream.Core.Alerts;

namespace SecStream.Stages.Profiles;

/// <summary>What became of the windows of a lane. Written by its lane; read by another thread it is an approximation.</summary>
public sealed class WindowCounters
{
    /// <summary>Windows that closed, each once.</summary>
    public long Closed { get; set; }

    /// <summary>Windows that were looked at again because late events changed them.</summary>
    public long Revised { get; set; }

    /// <summary>Windows for which no model is in force.</summary>
    public long WithoutModel { get; set; }

    /// <summary>Windows of keys that are not known long enough.</summary>
    public long Learning { get; set; }

    /// <summary>Windows that were judged.</summary>
    public long Judged { get; set; }

    /// <summary>Windows written for training.</summary>
    public long Stored { get; set; }

    /// <summary>Anomalies by severity.</summary>
    public long[] Anomalies { get; } = new long[Enum.GetValues<Severity>().Length];

    /// <summary>Adds those of another lane.</summary>
    public void Add(WindowCounters other)
    {
        Closed += other.Closed;
        Revised += other.Revised;
        WithoutModel += other.WithoutModel;
        Learning += other.Learning;
        Judged += other.Judged;
        Stored += other.Stored;
        for (var i = 0; i < Anomalies.Length; i++)
        {
            Anomalies[i] += other.Anomalies[i];
        }
    }
}
