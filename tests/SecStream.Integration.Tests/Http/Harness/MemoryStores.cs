using System.Text;
using SecStream.Core.Queries;
using SecStream.Host.Api.Health;
using SecStream.Host.Telemetry;

namespace SecStream.Integration.Tests.Http.Harness;

/// <summary>Alerts in memory; remembers what was asked.</summary>
internal sealed class MemoryAlerts : IAlertStore
{
    private readonly List<Verdict> _verdicts = [];

    public AlertQuery? Asked { get; private set; }

    public IReadOnlyList<Verdict> Verdicts => _verdicts;

    public Task<Page<StoredAlertDocument>> FindAsync(AlertQuery query, CancellationToken cancellation)
    {
        Asked = query;
        return Task.FromResult(new Page<StoredAlertDocument>([Alert()], "next-page", 7));
    }

    public Task<StoredAlertDocument?> GetAsync(string id, CancellationToken cancellation) => Task.FromResult(id == "a1" ? Alert() : null);

    public Task DecideAsync(Verdict verdict, CancellationToken cancellation)
    {
        if (verdict.AlertId != "a1")
        {
            throw new KeyNotFoundException();
        }

        _verdicts.Add(verdict);
        return Task.CompletedTask;
    }

    private StoredAlertDocument Alert() => new("a1", 3, "open", Encoding.UTF8.GetBytes("""{"rule":{"id":"T1"},"message":"x"}"""), [.. _verdicts]);
}

/// <summary>Events in memory; remembers what was asked.</summary>
internal sealed class MemoryEvents : IEventStore
{
    public EventQuery? Asked { get; private set; }

    public Task<Page<ReadOnlyMemory<byte>>> FindAsync(EventQuery query, CancellationToken cancellation)
    {
        Asked = query;
        return Task.FromResult(new Page<ReadOnlyMemory<byte>>([Encoding.UTF8.GetBytes("""{"event":{"id":"e1"}}""")], null, 1));
    }
}

/// <summary>A service whose health and figures a test sets.</summary>
internal sealed class FixedService : IHealthSource, IStatusSource
{
    public DateTimeOffset? LastTick { get; set; } = DateTimeOffset.UtcNow;

    public List<HealthCheck> Found { get; } = [new("journal.http", true, HealthKinds.Ready, "writable")];

    public ServiceStatus Figures { get; set; } = new();

    public IReadOnlyList<HealthCheck> Checks() => [.. Found];

    public ServiceStatus Status() => Figures;
}
