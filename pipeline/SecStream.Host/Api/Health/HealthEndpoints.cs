using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Host.Api.Security;

namespace SecStream.Host.Api.Health;

/// <summary><c>/health/live</c>, <c>/health/ready</c>, <c>/health/startup</c>: 200 or 503. What was looked at is told to those who may read.</summary>
internal sealed class HealthEndpoints(IHealthSource source, AccessGate gate, TimeProvider time)
{
    /// <summary>A driver loop that has not ticked for so long hangs.</summary>
    public static readonly TimeSpan TickLimit = TimeSpan.FromSeconds(30);

    /// <summary>Maps the paths.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", context => WriteAsync(context, HealthKinds.Live)).WithMetadata(new AccessRequirement(Access.Probe));
        routes.MapGet("/health/ready", context => WriteAsync(context, HealthKinds.Ready)).WithMetadata(new AccessRequirement(Access.Probe));
        routes.MapGet("/health/startup", context => WriteAsync(context, HealthKinds.Startup)).WithMetadata(new AccessRequirement(Access.Probe));
        routes.MapGet("/health", context => WriteAsync(context, HealthKinds.Live | HealthKinds.Ready)).WithMetadata(new AccessRequirement(Access.Probe));
    }

    private Task WriteAsync(HttpContext context, HealthKinds kinds)
    {
        var checks = source.Checks().Prepend(Tick()).ToList();
        var healthy = checks.All(c => c.IsHealthy || (c.Kinds & kinds) == 0);
        return ApiAnswers.ObjectAsync(context, healthy ? 200 : 503, writer =>
        {
            writer.WriteString("status"u8, healthy ? "ok" : "failing");
            if (!gate.Allows(context, Access.Read))
            {
                return;
            }

            writer.WriteStartArray("checks"u8);
            foreach (var check in checks.Where(c => (c.Kinds & kinds) != 0 || (c.Kinds == HealthKinds.None && (kinds & HealthKinds.Ready) != 0)))
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, check.Name);
                writer.WriteBoolean("healthy"u8, check.IsHealthy);
                writer.WriteString("detail"u8, check.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private HealthCheck Tick()
    {
        if (source.LastTick is not { } last)
        {
            // A long restore is no hang: the start-up probe waits for it.
            return new HealthCheck("driver", false, HealthKinds.Startup | HealthKinds.Ready, "the driver loop has not begun");
        }

        var age = time.GetUtcNow() - last;
        return new HealthCheck("driver", age < TickLimit, HealthKinds.Live | HealthKinds.Ready, $"last tick {Math.Max(0, age.TotalSeconds):0.0} s ago");
    }
}
