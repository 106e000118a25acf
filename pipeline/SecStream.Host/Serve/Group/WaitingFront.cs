using SecStream.Host.Api;
using SecStream.Host.Api.Health;
using SecStream.Host.Configuration;
using SecStream.Host.DeadLetters;
using SecStream.Host.Telemetry;

namespace SecStream.Host.Serve.Group;

/// <summary>
/// What can be reached of a member that waits: probes, for it is alive and started, and metrics that say so. It is not ready: who asks for alerts is to
/// be sent to the member that leads.
/// </summary>
internal sealed class WaitingFront : IAsyncDisposable
{
    private readonly ApiServer? _api;
    private readonly ServiceMeter _meter;
    private readonly string _data;

    private WaitingFront(ApiServer? api, ServiceMeter meter, string data) => (_api, _meter, _data) = (api, meter, data);

    /// <summary>Opens the door, where one is configured.</summary>
    /// <exception cref="ConfigurationException">The address can't be had, or a key is no good.</exception>
    public static async Task<WaitingFront> StartAsync(ServiceOptions options, WaitingState state, TimeProvider time, CancellationToken cancellation)
    {
        var meter = new ServiceMeter(state, time);
        if (options.Http.Listen is null)
        {
            return new WaitingFront(null, meter, options.Data);
        }

        var services = new ApiServices { Journal = new NoJournal("this member of the group waits; the one that leads reads Kafka"), Health = state, Meter = meter, Time = time };
        var api = await ApiServer.StartAsync(ServiceFront.Api(options.Http), services, cancellation).ConfigureAwait(false);

        // Probes that are a command (`health live`) find it by the folder.
        ServiceEndpoint.Leave(options.Data, api.Url);
        return new WaitingFront(api, meter, options.Data);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            ServiceEndpoint.Remove(_data);
            await _api.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _api.DisposeAsync().ConfigureAwait(false);
        }

        _meter.Dispose();
    }
}

/// <summary>How a member that waits stands. Thread-safe.</summary>
/// <param name="time">The clock.</param>
internal sealed class WaitingState(TimeProvider time) : IStatusSource, IHealthSource
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>What is waited for.</summary>
    public string For { get; set; } = "the cluster is looked at";

    /// <inheritdoc/>
    public DateTimeOffset? LastTick => time.GetUtcNow();

    /// <inheritdoc/>
    public IReadOnlyList<HealthCheck> Checks() => [new HealthCheck("member", false, HealthKinds.Ready, For)];

    /// <inheritdoc/>
    public ServiceStatus Status() => new() { StartedAt = _started, IsLeading = false };
}
