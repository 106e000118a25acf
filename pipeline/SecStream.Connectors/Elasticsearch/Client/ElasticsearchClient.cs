using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>
/// HTTP to a cluster: nodes in turn, authentication, TLS, product check, bounded answers. Retries nothing that may have been carried out. Thread-safe.
/// </summary>
public sealed class ElasticsearchClient : IElasticsearchTransport
{
    /// <summary>Bytes of an answer that are read at most.</summary>
    public const int MaxAnswerBytes = 64 << 20;

    private readonly ElasticsearchOptions _options;
    private readonly TimeProvider _time;
    private readonly NodePool _nodes;
    private readonly CertificateTrust _trust;
    private readonly HttpClient _http;
    private AuthenticationHeaderValue? _authorization;
    private ElasticsearchServer? _server;

    /// <summary>Prepares; nothing is connected to yet.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="time">For timeouts, and how long a dead node is left alone.</param>
    /// <exception cref="ElasticsearchException">A secret, certificate or fingerprint can't be read; the message names the key and the mend.</exception>
    public ElasticsearchClient(ElasticsearchOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _authorization = Credentials.Read(options);
        _nodes = new NodePool(options.Hosts, time);
        _trust = new CertificateTrust(options, time);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.GZip,
                ConnectTimeout = TimeSpan.FromSeconds(Math.Min(10, options.Timeout.TotalSeconds)),
                MaxConnectionsPerServer = Math.Max(8, options.BulkRequests + 4),
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                UseCookies = false,
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = _trust.Validate },
            })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Nodes that answered when they were last asked, or were not asked yet.</summary>
    public int LivingNodes => _nodes.Living;

    /// <summary>What the cluster is; null: not known yet.</summary>
    public ElasticsearchServer? Server => _server;

    /// <inheritdoc/>
    public async ValueTask<ElasticsearchServer> DetectAsync(CancellationToken cancellation)
    {
        if (_server is { } known)
        {
            return known;
        }

        using var answer = await ExchangeAsync(HttpMethod.Get, "", null, isDetection: true, cancellation).ConfigureAwait(false);
        return answer.Fault is null ? _server! : throw new ElasticsearchException(answer.Fault);
    }

    /// <inheritdoc/>
    public async Task<ElasticsearchAnswer> SendAsync(HttpMethod method, string path, RequestBody? body, CancellationToken cancellation)
    {
        if (_server is null)
        {
            var detected = await ExchangeAsync(HttpMethod.Get, "", null, isDetection: true, cancellation).ConfigureAwait(false);
            if (!detected.IsSuccess)
            {
                return detected;
            }

            detected.Dispose();
        }

        return await ExchangeAsync(method, path, body, isDetection: false, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _trust.Dispose();
    }

    private async Task<ElasticsearchAnswer> ExchangeAsync(HttpMethod method, string path, RequestBody? body, bool isDetection, CancellationToken cancellation)
    {
        ElasticsearchAnswer? last = null;
        for (var attempt = 0; attempt < _nodes.Count; attempt++)
        {
            last?.Dispose();
            var node = _nodes.Next();
            last = await ToNodeAsync(node, method, path, body, isDetection, cancellation).ConfigureAwait(false);
            if (last.Kind is not (ElasticsearchFaultKind.Unreachable or ElasticsearchFaultKind.Timeout) || last.Fault!.IsUnknownOutcome)
            {
                break;
            }
        }

        return last!;
    }

    private async Task<ElasticsearchAnswer> ToNodeAsync(
        NodePool.Node node, HttpMethod method, string path, RequestBody? body, bool isDetection, CancellationToken cancellation)
    {
        using var expiring = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expiring.Token);
        using var request = new HttpRequestMessage(method, new Uri(node.Address, path));
        request.Headers.Authorization = _authorization;
        request.Headers.Accept.ParseAdd(RequestBody.JsonType);
        request.Content = body is null ? null : new BodyContent(body, _options.Compress);
        var isWrite = method != HttpMethod.Get && method != HttpMethod.Head;
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var answer = await ReadAsync(node, response, isDetection, either.Token).ConfigureAwait(false);
            _nodes.Answered(node);
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The timeout, not the caller; said by the answer. (A handshake or connect that took too long was not sent, but nobody can tell.)
            _nodes.Failed(node);
            return new ElasticsearchAnswer(
                new ElasticsearchFault(ElasticsearchFaultKind.Timeout, $"{node.Address} did not answer within {_options.Timeout.TotalSeconds:0} s") { IsUnknownOutcome = isWrite });
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            // Whoever asked decides what an unreachable cluster means to it; the answer says what happened.
            _nodes.Failed(node);
            return new ElasticsearchAnswer(Unreachable(node, fault, isWrite));
        }
    }

    private async Task<ElasticsearchAnswer> ReadAsync(NodePool.Node node, HttpResponseMessage response, bool isDetection, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var (rented, length) = await ReadBodyAsync(response.Content, cancellation).ConfigureAwait(false);
        ElasticsearchFault? fault = null;
        if (length < 0)
        {
            fault = new ElasticsearchFault(ElasticsearchFaultKind.AnswerTooLarge, $"{node.Address} answered with more than {MaxAnswerBytes >> 20} MiB");
            length = 0;
        }
        else if (!response.IsSuccessStatusCode)
        {
            fault = FaultReading.Of(node.Address, status, rented.AsMemory(0, length));
            ReadSecretsAgain(fault.Kind);
        }
        else if (isDetection)
        {
            var product = response.Headers.TryGetValues("X-Elastic-Product", out var values) ? values.FirstOrDefault() : null;
            _server = ElasticsearchServer.Read(rented.AsMemory(0, length), product, out var problem);
            fault = _server is null ? new ElasticsearchFault(ElasticsearchFaultKind.Unsupported, $"{node.Address}: {problem}") : null;
        }

        return new ElasticsearchAnswer(status, rented, length, fault) { RetryAfter = fault is null ? null : AskedWait(response.Headers.RetryAfter) };
    }

    private TimeSpan? AskedWait(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > _time.GetUtcNow() ? date - _time.GetUtcNow() : null);

    /// <summary>Secrets may have been replaced while the service runs; it is only then that they fail.</summary>
    private void ReadSecretsAgain(ElasticsearchFaultKind kind)
    {
        if (kind != ElasticsearchFaultKind.Unauthorized)
        {
            return;
        }

        try
        {
            _authorization = Credentials.Read(_options);
        }
        catch (ElasticsearchException)
        {
            // The 401 is what the caller gets; the file may be there again at the next attempt.
        }
    }

    private ElasticsearchFault Unreachable(NodePool.Node node, Exception fault, bool isWrite)
    {
        if (fault is HttpRequestException { InnerException: AuthenticationException tls })
        {
            return _trust.Refusal(node.Address.IdnHost) ?? new ElasticsearchFault(
                ElasticsearchFaultKind.CertificateUntrusted, $"{node.Address}: no TLS connection: {tls.Message}; does it speak https?");
        }

        var wasSent = fault is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
        return new ElasticsearchFault(ElasticsearchFaultKind.Unreachable, $"{node.Address} can't be reached: {fault.InnerException?.Message ?? fault.Message}")
        {
            IsUnknownOutcome = wasSent && isWrite,
        };
    }

    private static async Task<(byte[] Rented, int Length)> ReadBodyAsync(HttpContent content, CancellationToken cancellation)
    {
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp((content.Headers.ContentLength ?? 0) + 1, 4096, 1 << 20));
            var length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > MaxAnswerBytes)
                {
                    return (buffer, -1);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return (buffer, length);
        }
    }
}
