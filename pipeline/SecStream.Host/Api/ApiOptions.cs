using System.Net;
using SecStream.Connectors.Http;
using SecStream.Host.Api.Security;

namespace SecStream.Host.Api;

/// <summary>Where and how the service listens for HTTP. Immutable.</summary>
public sealed record ApiOptions
{
    /// <summary>Address to listen on. Default 127.0.0.1; any other wants <see cref="Keys"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port, 0–65535; 0: a free one (<see cref="ApiServer.Url"/> says which). Default 8080.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Names by which browsers and shippers may call it, without port. On loopback its own names are always allowed; empty elsewhere: any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Who may call. Default: nobody is known.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Wants a key on loopback too. Default false; beyond loopback a key is always wanted.</summary>
    public bool RequireKey { get; init; }

    /// <summary>Certificate chain, PEM; with <see cref="CertificateKeyFile"/> the service speaks TLS. Default: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of the certificate, PEM.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Most connections at once. Default 1024.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Requests a second from one address, and a burst of ten seconds' worth. Default 500.</summary>
    public double RequestsPerSecond { get; init; } = 500;

    /// <summary>Failed attempts with a key from one address in a minute; then it is asked to wait. Default 10.</summary>
    public int FailedAttemptsPerMinute { get; init; } = 10;

    /// <summary>How long requests under way may go on when the service stops. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Slowest rate at which a body may arrive, bytes a second, after 5 s. Default 240.</summary>
    public double MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>Longest time the headers of a request may take. Default 15 s.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bounds of what is taken in.</summary>
    public HttpIngestOptions Ingest { get; init; } = new();

    internal bool IsLoopback => IPAddress.IsLoopback(Address);

    internal bool WantsKey => RequireKey || !IsLoopback;

    /// <summary>What is allowed but should be known, for the start-up report.</summary>
    public IReadOnlyList<string> Warnings() => !IsLoopback && CertificateFile is null
        ? [$"http.listen {Address} is served without TLS: keys and events cross the network in the clear; set http.tls.certificate and http.tls.key"]
        : [];

    /// <summary>Says what cannot be.</summary>
    /// <exception cref="ConfigurationException">Names the setting and the mend.</exception>
    public void Validate()
    {
        if (!IsLoopback && Keys.Count == 0)
        {
            throw new ConfigurationException(
                $"http.listen {Address} can be reached from other machines, but no API key is configured; add a key (http.keys) or listen on 127.0.0.1");
        }

        if (RequireKey && Keys.Count == 0)
        {
            throw new ConfigurationException("http.require_key is set, but no API key is configured; add a key (http.keys) or take require_key away");
        }

        if (Port is < 0 or > 65535)
        {
            throw new ConfigurationException($"http.listen, port {Port}: use 1 to 65535, or 0 for a free one");
        }

        if (CertificateFile is null != CertificateKeyFile is null)
        {
            throw new ConfigurationException("http.tls.certificate and http.tls.key belong together: name both files or neither");
        }

        if (Keys.GroupBy(k => k.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ConfigurationException($"http.keys: the name {twice.Key} is there twice; give every key a name of its own");
        }
    }
}
