using SecStream.Connectors.Embedded;
using SecStream.Connectors.Files;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Host.Configuration;
using SecStream.Host.Service;

namespace SecStream.Host.Serve;

/// <summary>Lets go of what is older than it is to be kept: journals, control entries, alerts, events, dead letters.</summary>
internal sealed class Housekeeping(
    ServiceOptions options, ServiceSources sources, FileControlLog control, SqliteAlertStore store, ServiceSnapshots snapshots, TimeProvider time, ServiceLog log,
    WaitingFeatureSink? features = null)
{
    private readonly Retention _retention = new(options.Data, KeptDays.Of(options.Events), new SegmentOptions(), log.Warning);

    private static readonly TimeSpan s_often = TimeSpan.FromMinutes(1);
    private const int Seldom = 60;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(s_often, time);
        for (var round = 0; await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false); round++)
        {
            try
            {
                var now = time.GetUtcNow();
                foreach (var journal in sources.Journals)
                {
                    journal.Retain(journal.ReleasedPosition, now);
                }

                control.Forget(snapshots.ControlNeeded, now - options.Journal.Keep);
                if (round % Seldom == 0)
                {
                    _retention.Apply(now);
                    features?.DeleteBefore(EventClock.DayNumber(EventClock.ToMicroseconds(now - options.FeaturesKeep)));
                    await store.Blacklist.CleanupAsync("retention", cancellation).ConfigureAwait(false);
                    await store.DeleteBeforeAsync(EventClock.ToMicroseconds(now - options.AlertsKeep), cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // What is kept a little longer harms nobody; the next round tries again.
                log.Warning($"retention: {fault.Message}");
            }
        }
    }
}
