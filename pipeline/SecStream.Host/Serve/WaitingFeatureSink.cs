using SecStream.Connectors.Features;
using SecStream.Core.Features;

namespace SecStream.Host.Serve;

/// <summary>
/// Stored windows of a service. A disk that takes nothing holds the lane up until it does (back-pressure), as it does for events: no window is lost, and it is said.
/// </summary>
/// <param name="inner">The files.</param>
/// <param name="giveUp">Ends waiting.</param>
/// <param name="shipped">Waits until the windows are where a successor finds them; null: there is none, or they are not sent.</param>
internal sealed class WaitingFeatureSink(FeatureFileSink inner, CancellationToken giveUp, Func<CancellationToken, Task>? shipped = null) : IFeatureSink, IDisposable
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

    /// <summary>All windows taken are on the disk, and in a group where whoever takes this member's place has them.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        await Task.Run(inner.Flush, cancellation).ConfigureAwait(false);
        if (shipped is not null)
        {
            await shipped(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go of days before one.</summary>
    public int DeleteBefore(long day) => inner.DeleteBefore(day);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
