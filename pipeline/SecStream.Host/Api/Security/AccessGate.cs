using Microsoft.AspNetCore.Http;
using SecStream.Connectors.Http;

namespace SecStream.Host.Api.Security;

/// <summary>Lets a request through when its caller may do what its route does. Thread-safe.</summary>
internal sealed class AccessGate(ApiOptions options, TimeProvider time)
{
    private static readonly object s_caller = new();
    private static readonly AccessRequirement s_default = new(Access.Read);
    private readonly ApiKeyRing _keys = new(options.Keys);
    private readonly CallerCheck _check = new(options);
    private readonly AddressRates _requests = new(options.RequestsPerSecond, options.RequestsPerSecond * 10, time);
    private readonly AddressRates _failures = new(options.FailedAttemptsPerMinute / 60.0, options.FailedAttemptsPerMinute, time);

    /// <summary>The caller of a request that was let through; null: nobody is known by name here.</summary>
    public static ApiKey? CallerOf(HttpContext context) => context.Items[s_caller] as ApiKey;

    /// <summary>Whether the caller of a request may do something beyond what its route wants.</summary>
    public bool Allows(HttpContext context, Access access) => !options.WantsKey || (CallerOf(context) is { } key && Rights.Allow(key.Role, access));

    /// <summary>Refuses a request, or goes on.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var requirement = context.GetEndpoint()?.Metadata.GetMetadata<AccessRequirement>() ?? s_default;
        if (_check.Refuse(context.Request, requirement.Access == Access.Probe) is { } reason)
        {
            return RefuseAsync(context, requirement, 403, reason);
        }

        var address = context.Connection.RemoteIpAddress;
        if (requirement.Access != Access.Probe && !_requests.TryTake(address))
        {
            return RefuseAsync(context, requirement, 429, "too many requests from this address; come again a little later");
        }

        return Identify(context, requirement) is var (status, why) && status != 0 ? RefuseAsync(context, requirement, status, why) : next(context);
    }

    private (int Status, string Why) Identify(HttpContext context, AccessRequirement requirement)
    {
        var shown = Credentials.TryRead(context.Request.Headers, out var credentials);
        if (!options.WantsKey && (!shown || options.Keys.Count == 0))
        {
            // On loopback without require_key: whoever is on this machine may do everything, and a shipper may send credentials of its own.
            return (0, "");
        }

        var isProbe = requirement.Access == Access.Probe;
        if (!shown)
        {
            return isProbe ? (0, "") : (401, "missing authentication credentials: send Authorization: ApiKey, Bearer or Basic, or X-API-Key");
        }

        var address = context.Connection.RemoteIpAddress;
        if (!_failures.HasToken(address))
        {
            return (429, "too many failed attempts from this address; come again in a minute");
        }

        if (_keys.Find(credentials) is not { } key)
        {
            _failures.TryTake(address);
            return (401, "unable to authenticate with the credentials provided");
        }

        context.Items[s_caller] = key;
        return Rights.Allow(key.Role, requirement.Access)
            ? (0, "")
            : (403, $"this needs the right to {Verb(requirement.Access)}; the key {key.Name} has the role {key.Role.ToString().ToLowerInvariant()}");
    }

    private static Task RefuseAsync(HttpContext context, AccessRequirement requirement, int status, string reason)
    {
        if (status == 401)
        {
            context.Response.Headers.WWWAuthenticate = new Microsoft.Extensions.Primitives.StringValues(["Basic realm=\"secstream\", charset=\"UTF-8\"", "ApiKey"]);
        }

        var retryAfter = TimeSpan.FromSeconds(requirement.Access == Access.Probe ? 1 : 10);
        return requirement.ForShippers
            ? HttpIngest.WriteErrorAsync(context, status, status == 429 ? "es_rejected_execution_exception" : "security_exception", reason, retryAfter)
            : ApiAnswers.ErrorAsync(context, status, reason, retryAfter);
    }

    private static string Verb(Access access) => access switch
    {
        Access.Ingest => "send records",
        Access.Decide => "decide on alerts",
        Access.Administer => "administer the service",
        _ => "read",
    };
}
