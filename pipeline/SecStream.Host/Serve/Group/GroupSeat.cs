using SecStream.Connectors.Files;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.State;
using SecStream.Connectors.Outbox;
using SecStream.Host.Configuration;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Service;

namespace SecStream.Host.Serve.Group;

/// <summary>
/// The lead of a group of members. Whoever has it reads all topics and decides; everything that its successor needs is in the state topic before it takes effect:
/// decisions of the control log, alerts before any sink has them, snapshots before positions are committed. The others wait beside it.
/// </summary>
internal sealed class GroupSeat : IAsyncDisposable
{
    /// <summary>A leader that says nothing for so long has none any more. It says something every two seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly StateLog _log;
    private readonly StateFiles _files;
    private readonly ServiceLog _service;
    private readonly CancellationTokenSource _giveUp = new();

    private GroupSeat(StateLog log, StateFiles files, ServiceLog service) => (_log, _files, _service) = (log, files, service);

    /// <summary>Cancelled when another member has the lead: nothing that was decided since may go out.</summary>
    public CancellationToken Lost => _log.Lost;

    /// <summary>What the restored state is, for the report.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Ships snapshots.</summary>
    public SnapshotShipping Shipping { get; private set; } = null!;

    /// <summary>Why the state of before could not be taken over; null: it was, or there was none.</summary>
    public string? LostState { get; private set; }

    /// <summary>Lines that the outbox may lack.</summary>
    public IReadOnlyList<StateLines> Outbox { get; private set; } = [];

    /// <summary>Waits for the lead, takes it, and brings the data folder to where the leader before stopped.</summary>
    /// <param name="options">The service.</param>
    /// <param name="log">The service's log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="waiting">Told who leads while this member waits.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static async Task<GroupSeat> TakeAsync(ServiceOptions options, ServiceLog log, TimeProvider time, Action<string> waiting, CancellationToken stop)
    {
        var kafka = options.Kafka!;
        var client = Client(kafka);
        var partitions = await TopicsAtStart.StateAsync(kafka, client, log, time, stop).ConfigureAwait(false);
        var state = new StateLog(client, kafka.StateTopic!, partitions, time, log.Warning);
        var seat = new GroupSeat(state, new StateFiles(client, kafka.StateTopic!, partitions, time), log);
        try
        {
            var folder = FolderIdentity.Of(options.Data);
            var me = new StateLeader(kafka.Member ?? $"{Environment.MachineName}-{folder[..4]}", folder);
            await seat.LeadAsync(me, time, waiting, stop).ConfigureAwait(false);
            await seat.RestoreAsync(options, folder, time, stop).ConfigureAwait(false);
            return seat;
        }
        catch
        {
            await seat.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes lines of the control log where a successor finds them; returns when they count.</summary>
    /// <exception cref="IOException">They don't.</exception>
    public void ReplicateControl(long number, ReadOnlyMemory<byte> lines)
    {
        try
        {
            Shipping.BeforeControlAsync(lines, _giveUp.Token).GetAwaiter().GetResult();
            _log.AppendAsync(StateKind.Control, number, lines, _giveUp.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new IOException("the service ends, and the decision could not be handed on");
        }
    }

    /// <summary>Writes lines of the outbox where a successor finds them; completes when they count.</summary>
    public Task ReplicateOutboxAsync(long position, ReadOnlyMemory<byte> lines) => _log.AppendAsync(StateKind.Outbox, position, lines, _giveUp.Token);

    /// <summary>Nothing waits for the cluster any more: what was not handed on is decided again by whoever leads next.</summary>
    public void GiveUp() => _giveUp.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Shipping is not null && !Lost.IsCancellationRequested)
        {
            await _log.LeaveAsync(s_leave).ConfigureAwait(false);
        }

        await _log.DisposeAsync().ConfigureAwait(false);
        _files.Dispose();
        Shipping?.Dispose();
        _giveUp.Dispose();
    }

    private static KafkaClientSettings Client(KafkaOptions kafka)
    {
        try
        {
            return KafkaClientSettings.Of(kafka);
        }
        catch (ArgumentException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    private async Task LeadAsync(StateLeader me, TimeProvider time, Action<string> waiting, CancellationToken stop)
    {
        // Two that notice at the same moment that nobody leads: the later one would take the lead from the other, which had begun in vain.
        var patience = Patience + TimeSpan.FromMilliseconds(Core.Text.StableHash.Compute(System.Text.Encoding.UTF8.GetBytes(me.Folder)) % 3000);
        var said = "";
        while (true)
        {
            var vacancy = _log.WaitForVacancyAsync(patience, stop);
            while (!vacancy.IsCompleted)
            {
                if (_log.With(v => v is { HasLeft: false, Leader: { } leader } ? leader.Member : "") is { Length: > 0 } member && member != said)
                {
                    waiting(said = member);
                }

                await Task.WhenAny(vacancy, Task.Delay(s_retry, time, stop)).ConfigureAwait(false);
            }

            await vacancy.ConfigureAwait(false);
            try
            {
                if (await _log.TakeLeadAsync(me, stop).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (KafkaWriteException fault)
            {
                _service.Warning($"the lead of the group could not be taken: {fault.Message}");
                await Task.Delay(s_retry, time, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task RestoreAsync(ServiceOptions options, string folder, TimeProvider time, CancellationToken stop)
    {
        using (new DataFolderLock(options.Data))
        {
            var state = GroupState.Of(await _log.ReadAsync(stop).ConfigureAwait(false));
            var restore = new GroupRestore(_files, options.Data, time);
            try
            {
                Notes = await restore.ApplyAsync(state, isOwn: state.Before?.Folder == folder, stop).ConfigureAwait(false);
            }
            catch (InvalidDataException fault)
            {
                // A group that nobody can lead sees nothing at all; one that begins with empty windows says so.
                restore.Clear();
                state = state.Anew();
                LostState = $"the state of {state.Before?.Member ?? "the member before"} can't be gone on from ({fault.Message}): all windows begin anew, topics are read from where the group stands";
                _service.Error(LostState);
            }

            Outbox = state.Outbox;
            Shipping = new SnapshotShipping(_log, _files, options.Data, state, time);
        }
    }
}
