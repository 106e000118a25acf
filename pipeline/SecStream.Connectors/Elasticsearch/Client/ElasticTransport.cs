#if ELASTIC_TRANSPORT
using System.Buffers;
using System.Text;
using Elastic.Transport;
using Method = Elastic.Transport.HttpMethod;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>
/// The transport of Elastic's own client behind the same seam, for those who want its node handling and telemetry. Only in the full package profile;
/// <see cref="ElasticsearchClient"/> is what is used by default. It retries nothing by itself: whoever sends knows what may be sent again. Thread-safe.
/// </summary>
public sealed class ElasticTransport : IElasticsearchTransport
{
    private const string Product = "x-elastic-product";
    private readonly TransportConfiguration _configuration;
    private readonly DistributedTransport<TransportConfiguration> _transport;
    private readonly CertificateTrust _trust;
    private readonly TimeProvider _time;
    private ElasticsearchServer? _server;

    /// <summary>Prepares; nothing is connected to yet.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="time">For the validity of certificates, and waits that are asked for.</param>
    /// <exception cref="ElasticsearchException">A secret, certificate or fingerprint can't be read; the message names the key and the mend.</exception>
    public ElasticTransport(ElasticsearchOptions options, TimeProvider time)
    {
        _time = time;
        _trust = new CertificateTrust(options, time);
        _configuration = new TransportConfiguration(new StaticNodePool(options.Hosts))
        {
            Authentication = Authentication(options),
            RequestTimeout = options.Timeout,
            MaxRetries = 0,
            DisablePings = true,
            DisableSniff = true,
            SniffsOnStartup = false,
            SniffsOnConnectionFault = false,
            EnableHttpCompression = options.Compress,
            ConnectionLimit = Math.Max(8, options.BulkRequests + 4),
            ThrowExceptions = false,
            ResponseHeadersToParse = new HeadersList([Product, "retry-after"]),
            ServerCertificateValidationCallback = (sender, certificate, chain, errors) => _trust.Validate(sender, certificate, chain, errors),
        };
        _transport = new DistributedTransport<TransportConfiguration>(_configuration);
    }

    /// <inheritdoc/>
    public async ValueTask<ElasticsearchServer> DetectAsync(CancellationToken cancellation)
    {
        if (_server is { } known)
        {
            return known;
        }

        using var answer = await ExchangeAsync(System.Net.Http.HttpMethod.Get, "", null, isDetection: true, cancellation).ConfigureAwait(false);
        return answer.Fault is null ? _server! : throw new ElasticsearchException(answer.Fault);
    }

    /// <inheritdoc/>
    public async Task<ElasticsearchAnswer> SendAsync(System.Net.Http.HttpMethod method, string path, RequestBody? body, CancellationToken cancellation)
    {
        if (_server is null)
        {
            var detected = await ExchangeAsync(System.Net.Http.HttpMethod.Get, "", null, isDetection: true, cancellation).ConfigureAwait(false);
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
        _configuration.Dispose();
        _trust.Dispose();
    }

    private async Task<ElasticsearchAnswer> ExchangeAsync(
        System.Net.Http.HttpMethod method, string path, RequestBody? body, bool isDetection, CancellationToken cancellation)
    {
        var data = body is null ? null : PostData.StreamHandler(
            body,
            (_, _) => throw new NotSupportedException("requests are sent asynchronously only"),
            (content, stream, token) => content.WriteAsync(stream, token));
        var local = new RequestConfiguration { ContentType = body?.MediaType ?? RequestBody.JsonType, Accept = RequestBody.JsonType };
        var response = await _transport.RequestAsync<BytesResponse>(
            new EndpointPath(Enum.Parse<Method>(method.Method), path), data, default, local, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var isWrite = method != System.Net.Http.HttpMethod.Get && method != System.Net.Http.HttpMethod.Head;
        return Read(response, isDetection, isWrite);
    }

    private ElasticsearchAnswer Read(BytesResponse response, bool isDetection, bool isWrite)
    {
        var call = response.ApiCallDetails;
        var node = call.Uri ?? new Uri("http://unknown");
        if (call.HttpStatusCode is not { } status)
        {
            // Nobody says whether it was sent: then it may have been.
            return new ElasticsearchAnswer(_trust.Refusal("") ?? _trust.Refusal(node.IdnHost) ?? new ElasticsearchFault(
                ElasticsearchFaultKind.Unreachable, $"{node.GetLeftPart(UriPartial.Authority)} can't be reached: {call.OriginalException?.Message ?? "no answer"}")
            {
                IsUnknownOutcome = isWrite,
            });
        }

        var body = response.Body ?? [];
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, body.Length));
        body.CopyTo(rented, 0);
        ElasticsearchFault? fault = null;
        if (status is < 200 or >= 300)
        {
            fault = FaultReading.Of(node, status, body);
        }
        else if (isDetection)
        {
            _server = ElasticsearchServer.Read(body, Header(call, Product), out var problem);
            fault = _server is null ? new ElasticsearchFault(ElasticsearchFaultKind.Unsupported, $"{node}: {problem}") : null;
        }

        return new ElasticsearchAnswer(status, rented, body.Length, fault) { RetryAfter = AskedWait(Header(call, "retry-after")) };
    }

    private TimeSpan? AskedWait(string? header) =>
        System.Net.Http.Headers.RetryConditionHeaderValue.TryParse(header, out var value)
            ? value.Delta ?? (value.Date is { } date && date > _time.GetUtcNow() ? date - _time.GetUtcNow() : null)
            : null;

    private static string? Header(ApiCallDetails call, string name) => call.TryGetHeader(name, out var values) ? values.FirstOrDefault() : null;

    private static AuthorizationHeader? Authentication(ElasticsearchOptions options)
    {
        if (Credentials.Read(options) is not { Parameter: { } secret } header)
        {
            return null;
        }

        if (header.Scheme == "ApiKey")
        {
            return new ApiKey(secret);
        }

        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(secret)).Split(':', 2);
        return new BasicAuthentication(pair[0], pair[1]);
    }
}
#endif
