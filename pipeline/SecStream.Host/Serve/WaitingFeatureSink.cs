using SecStream.Connectors.Features;
using SecStream.Core.Features;

namespace SecStream.Host.Serve;

/// <summary>
/// Stored windows of a service. A disk that takes nothing holds the lane up until it does (back-pressure), as it does for events: no window is lost, and it is said.
/// </summary>
internal sealed class WaitingFeatureSink(FeatureFileSink inner, CancellationToken giveUp) : IFeatureSink, IDisposable
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private volatile string? _blocked;

    /// <summary>Why windows can't be written; null: they can.</summary>
    public string? Blocked => _blocked;

    /// <inheritdoc/>
    public void Write(FeatureVector window)
    {
        while (true)
        {
            try
            {
                inner.Write(window);
                _blocked = null;
                return;
            }
            catch (IOException fault) when (!giveUp.IsCancellationRequested)
            {
                _blocked = fault.Message;
                giveUp.WaitHandle.WaitOne(s_again);
            }
        }
    }

    /// <summary>All windows taken are on the disk.</summary>
    public Task FlushAsync() => Task.Run(inner.Flush);

    /// <summary>Lets go of days before one.</summary>
    public int DeleteBefore(long day) => inner.DeleteBefore(day);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
