using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Core.Pipeline;
using SecStream.Core.Queries;
using SecStream.Host.Api.Health;
using SecStream.Host.Telemetry;

namespace SecStream.Host.Api;

/// <summary>Outcome of loading rules and files anew.</summary>
/// <param name="Succeeded">Whether what was loaded is in force; otherwise what was in force goes on.</param>
/// <param name="Messages">What changed, or what is wrong with file and line.</param>
public sealed record ReloadOutcome(bool Succeeded, IReadOnlyList<string> Messages);

/// <summary>Reads the blind-spot ledger, newest first: entries (UTF-8 JSON) from and until a time (µs since 1970 UTC; null: unbounded), at most so many.</summary>
public delegate Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadLedger(long? from, long? until, int limit, CancellationToken cancellation);

/// <summary>What the HTTP side works with. Everything is thread-safe; what is null is answered with 404 and a sentence.</summary>
public sealed record ApiServices
{
    /// <summary>Where accepted records go.</summary>
    public required IRecordJournal Journal { get; init; }

    /// <summary>Whether the service is well.</summary>
    public required IHealthSource Health { get; init; }

    /// <summary>How the service stands, and what it counts.</summary>
    public required ServiceMeter Meter { get; init; }

    /// <summary>Alerts and incidents.</summary>
    public IAlertStore? Alerts { get; init; }

    /// <summary>Stored events.</summary>
    public IEventStore? Events { get; init; }

    /// <summary>The ledger.</summary>
    public ReadLedger? Ledger { get; init; }

    /// <summary>Loads rules and files anew, to be in force for events from a time on (µs since 1970 UTC; null: from now on).</summary>
    public Func<long?, CancellationToken, Task<ReloadOutcome>>? Reload { get; init; }

    /// <summary>
    /// Takes records to be read again (lines of <c>{"bytes":"base64"}</c>); says how many. Throws <see cref="FormatException"/> for what is none.
    /// </summary>
    public Func<Stream, CancellationToken, Task<long>>? RetryDeadLetters { get; init; }

    /// <summary>The page at <c>/</c> for browsers (<c>Accept: text/html</c>); shippers get what Elasticsearch says there.</summary>
    public RequestDelegate? Home { get; init; }

    /// <summary>Maps further pages; those without an <see cref="Security.AccessRequirement"/> of their own want the right to read.</summary>
    public Action<IEndpointRouteBuilder>? Pages { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
