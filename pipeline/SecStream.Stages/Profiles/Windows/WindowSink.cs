using SecStream.Core.Features;
using SecStream.Core.Observations;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>
/// Takes windows from a shard, on the shard's thread; a vector is the shard's again after the call. Exceptions stop the lane. Whatever order rows come in and
/// however the clock steps, the last <see cref="Closed"/> of a window and its <see cref="Final"/> are the same.
/// </summary>
public interface IWindowSink
{
    /// <summary>Where rows that follow from the windows of the next calls go, by shard.</summary>
    void Begin(RowBuffer[] rowsByShard)
    {
        // Whoever only looks on makes no rows.
    }

    /// <summary>The clock has passed the end of a window; or a late event has changed one that was told of (<paramref name="revised"/>).</summary>
    void Closed(FeatureVector window, bool revised);

    /// <summary>Nothing can change the window any more. Once for every window, after its last <see cref="Closed"/>.</summary>
    void Final(FeatureVector window);
}
