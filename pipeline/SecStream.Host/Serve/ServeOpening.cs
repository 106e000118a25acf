using SecStream.Core.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Serve.Group;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Service;

namespace SecStream.Host.Serve;

/// <summary>
/// What has to be waited for before a service can begin: the lead of its group, a broker that tells which topics there are. Probes are answered meanwhile, and
/// nothing else is.
/// </summary>
/// <param name="Feed">Topics that are read; null: none.</param>
/// <param name="Seat">The lead; null: there is no group.</param>
internal sealed record ServeOpening(KafkaFeed? Feed, GroupSeat? Seat)
{
    /// <summary>Waits for it.</summary>
    /// <param name="options">What is configured.</param>
    /// <param name="log">The service's log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="waiting">Told when there is something to wait for.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="ConfigurationException">A setting can't be used.</exception>
    public static async Task<ServeOpening> OpenAsync(ServiceOptions options, ServiceLog log, TimeProvider time, Action waiting, CancellationToken stop)
    {
        if (options.Kafka is not { Topics.Count: > 0 })
        {
            return new ServeOpening(null, null);
        }

        var state = new WaitingState(time);
        GroupSeat? seat = null;
        var front = await WaitingFront.StartAsync(options, state, time, stop).ConfigureAwait(false);
        await using (front.ConfigureAwait(false))
        {
            waiting();
            try
            {
                if (options.IsGroupMember)
                {
                    seat = await GroupSeat.TakeAsync(options, log, time, leader => Say(state, log, $"{leader} leads the group; this member waits to take its place"), stop).ConfigureAwait(false);
                    log.Notice("this member leads the group now");
                }

                state.For = "a broker is waited for";
                return new ServeOpening(await KafkaFeed.OpenAsync(options, log, time, stop).ConfigureAwait(false), seat);
            }
            catch
            {
                if (seat is not null)
                {
                    await seat.DisposeAsync().ConfigureAwait(false);
                }

                throw;
            }
        }
    }

    /// <summary>Makes the service of it.</summary>
    public ServeRun Run(ServiceOptions options, IReadOnlyList<FileSettings> files, IOutboxSink announcer, ServiceLog log, TimeProvider time) =>
        new(options, files, announcer, log, time, Feed, Seat);

    private static void Say(WaitingState state, ServiceLog log, string text)
    {
        state.For = text;
        log.Notice(text);
    }
}
