using Microsoft.AspNetCore.Http;

namespace SecStream.Host.Api.Security;

/// <summary>
/// Keeps browsers from being used against the service: a foreign page can resolve its own name to 127.0.0.1 (then <c>Host</c> is that name) or
/// send a form (then <c>Origin</c> or <c>Sec-Fetch-Site</c> is foreign). Immutable.
/// </summary>
internal sealed class CallerCheck(ApiOptions options)
{
    private readonly HashSet<string> _hosts = new(
        options.IsLoopback
            ? [.. options.AllowedHosts, "localhost", "127.0.0.1", "[::1]", options.Address.ToString()]
            : options.AllowedHosts,
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a request is refused; null: it is not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isProbe">A probe: orchestrators call by address, and it is told little.</param>
    public string? Refuse(HttpRequest request, bool isProbe)
    {
        if (_hosts.Count > 0 && !_hosts.Contains(request.Host.Host) && !(isProbe && !options.IsLoopback))
        {
            return "the Host header names no host of this service; call it as localhost, or by the address it listens on";
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return null;
        }

        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return "a page of another site may not send this";
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return null;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var from) && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
            && from.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase)
            ? null
            : "a page of another origin may not send this";
    }
}
