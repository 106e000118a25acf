using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;

namespace SecStream.Host.DeadLetters;

/// <summary>
/// The service that runs on a data folder, as <c>state/endpoint.json</c> names it: <c>{"url":"http://127.0.0.1:8080"}</c>, and <c>"key"</c> where it
/// asks for one.
/// </summary>
internal sealed class ServiceEndpoint : IDisposable
{
    private const string RetryPath = "api/v1/dlq/retry";
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(5);
    private readonly HttpClient _client;

    private ServiceEndpoint(Uri address, string? key)
    {
        _client = new HttpClient { BaseAddress = address, Timeout = s_timeout };
        if (key is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Reads the address; null when no service has left one.</summary>
    /// <exception cref="ConfigurationException">The file is damaged.</exception>
    public static ServiceEndpoint? Read(string directory)
    {
        var path = PathIn(directory);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var url = root.GetProperty("url").GetString() ?? throw new InvalidOperationException("url is null");
            var key = root.TryGetProperty("key", out var value) ? value.GetString() : null;
            return new ServiceEndpoint(new Uri(url.TrimEnd('/') + "/"), key);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or UriFormatException or InvalidOperationException)
        {
            throw new ConfigurationException($"{path}: {fault.Message}; restart serve, which writes it", fault);
        }
    }

    /// <summary>Leaves the address of the service that runs on a data folder, for other commands.</summary>
    public static void Leave(string directory, string url)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathIn(directory))!);
        File.WriteAllText(PathIn(directory), JsonSerializer.Serialize(new { url }));
    }

    /// <summary>Takes the address away: nobody listens any more.</summary>
    public static void Remove(string directory) => File.Delete(PathIn(directory));

    /// <summary>Sends records, a line of JSON each: <c>{"bytes":"base64"}</c>. Completes when the service has them on disk.</summary>
    /// <exception cref="IOException">It does not run, or has refused them.</exception>
    public async ValueTask SendAsync(JournalEntries entries, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(Lines(entries));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        try
        {
            using var response = await _client.PostAsync(new Uri(RetryPath, UriKind.Relative), content, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                var reason = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                throw new IOException($"{_client.BaseAddress}{RetryPath} has refused the records: {(int)response.StatusCode} {reason}"
                    + (response.StatusCode == HttpStatusCode.Unauthorized ? "; name an API key in state/endpoint.json" : ""));
            }
        }
        catch (HttpRequestException fault)
        {
            throw new IOException($"the service at {_client.BaseAddress} does not answer ({fault.Message}); start ./run serve, then try again");
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the service at {_client.BaseAddress} has not answered within {s_timeout.TotalSeconds:0} s; try again", fault);
        }
    }

    /// <summary>Asks one of the health paths. An answer within five seconds, or none: a probe has to come to an end.</summary>
    /// <param name="path"><c>health/live</c>, <c>health/ready</c> or <c>health/startup</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">The service does not answer.</exception>
    public async Task<(bool IsHealthy, string Answer)> ProbeAsync(string path, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_probeTimeout);

        // The certificate names the service's public name, not the address it is reached by from its own machine. Nothing secret is sent.
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) } };
        using var client = new HttpClient(handler) { BaseAddress = _client.BaseAddress };
        try
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative), limit.Token).ConfigureAwait(false);
            return (response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false));
        }
        catch (HttpRequestException fault)
        {
            throw new IOException($"the service at {_client.BaseAddress} does not answer: {fault.Message}", fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the service at {_client.BaseAddress} has not answered within {s_probeTimeout.TotalSeconds:0} s", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static ReadOnlyMemory<byte> Lines(JournalEntries entries)
    {
        var lines = new ByteWriter();
        for (var i = 0; i < entries.Count; i++)
        {
            using (var json = new Utf8JsonWriter(lines))
            {
                json.WriteStartObject();
                json.WriteBase64String("bytes", entries[i]);
                json.WriteEndObject();
            }

            lines.WriteByte((byte)'\n');
        }

        return lines.Buffer.AsMemory(0, lines.Length);
    }

    private static string PathIn(string directory) => Path.Combine(directory, "state", "endpoint.json");
}
