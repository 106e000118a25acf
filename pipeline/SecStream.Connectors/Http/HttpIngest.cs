using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Connectors.Http.Bulk;
using SecStream.Connectors.Http.Facade;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Http;

/// <summary>
/// Records over HTTP: <c>POST /ingest</c> and what shippers speak with Elasticsearch. Everything is answered after the journal has it on disk.
/// Thread-safe. Who may call it is the business of whoever maps the routes.
/// </summary>
public sealed class HttpIngest
{
    private const int MaxSetupBytes = 8 << 20;
    private readonly HttpIngestOptions _options;
    private readonly JournalGate _gate;
    private readonly BodyBudget _budget;
    private readonly ElasticsearchFacade _facade;
    private readonly Counter<long> _records;
    private readonly Counter<long> _bytes;
    private long _sequence;

    /// <summary>Joins the parts.</summary>
    /// <param name="journal">Where records go.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="meter">Where records and bytes are counted.</param>
    /// <param name="time">Clock for waits.</param>
    public HttpIngest(IRecordJournal journal, HttpIngestOptions options, Meter meter, TimeProvider time)
    {
        _options = options;
        _gate = new JournalGate(journal, options, time);
        _budget = new BodyBudget(options.MaxInFlightBytes);
        _facade = new ElasticsearchFacade(options);
        _records = meter.CreateCounter<long>("secstream.http.records", "{record}", "Records that came over HTTP, by protocol and outcome");
        _bytes = meter.CreateCounter<long>("secstream.http.accepted", "By", "Bytes of records that were accepted over HTTP");
    }

    /// <summary>Maps <c>POST /ingest</c> and the bulk paths.</summary>
    public void MapIngest(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/ingest", (RequestDelegate)IngestAsync);
        routes.MapMethods("/_bulk", ["POST", "PUT"], (RequestDelegate)BulkAsync);
        routes.MapMethods("/{index}/_bulk", ["POST", "PUT"], (RequestDelegate)BulkAsync);
    }

    /// <summary>Answers what a shipper asks of Elasticsearch besides; for <c>/</c> and for every path that nothing else answers.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        FacadeAnswer answer;
        try
        {
            var body = context.Request.Method is "PUT" or "POST" ? await ReadSmallAsync(context).ConfigureAwait(false) : default;
            answer = _facade.Answer(new FacadeRequest(
                context.Request.Method, context.Request.Path.Value ?? "/", context.Request.Query["format"].ToString(), AddressOf(context.Connection), body));
        }
        catch (Exception fault) when (Refusal(fault) is { } refusal)
        {
            // A body that cannot be read is the client's affair: the answer says what is wrong.
            answer = FacadeAnswer.Error(refusal.Status, refusal.Kind, refusal.Message);
        }

        await HttpAnswers.WriteAsync(context, answer, _options.RetryAfter).ConfigureAwait(false);
    }

    /// <summary>Writes an error in the form of Elasticsearch, for whoever guards these routes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="kind">The exception Elasticsearch names in this case.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="retryAfter">When to come again (429, 503).</param>
    public static Task WriteErrorAsync(HttpContext context, int status, string kind, string reason, TimeSpan retryAfter) =>
        HttpAnswers.WriteAsync(context, FacadeAnswer.Error(status, kind, reason), retryAfter);

    private async Task IngestAsync(HttpContext context)
    {
        var entries = new JournalEntries();
        try
        {
            await _gate.WaitForRoomAsync(context.RequestAborted).ConfigureAwait(false);
            using var timeout = Timeout(context);
            using var reader = Open(context);
            await IngestBody.ReadAsync(reader, MediaType(context), entries, _options.MaxRecordCount, timeout.Token).ConfigureAwait(false);
            if (entries.Count == 0)
            {
                throw new IngestException(400, "the body has no records; send NDJSON, a JSON array, an object, or lines of text");
            }

            await _gate.AppendAsync(entries).ConfigureAwait(false);
            Count("ingest", "accepted", entries.Count, entries.Bytes);
        }
        catch (Exception fault) when (Refusal(fault) is { } refusal)
        {
            // Nothing was accepted, and the client is told why.
            Count("ingest", "refused", Math.Max(1, entries.Count), 0);
            var busy = refusal.Status == 429;
            await HttpAnswers.WriteJsonAsync(context, busy ? 503 : refusal.Status, _options.RetryAfter, w => w.WriteString("error"u8, refusal.Message)).ConfigureAwait(false);
            return;
        }

        await HttpAnswers.WriteJsonAsync(context, 200, _options.RetryAfter, w => w.WriteNumber("accepted"u8, entries.Count)).ConfigureAwait(false);
    }

    private async Task BulkAsync(HttpContext context)
    {
        var entries = new JournalEntries();
        var began = Stopwatch.GetTimestamp();
        BulkBody body;
        try
        {
            await _gate.WaitForRoomAsync(context.RequestAborted).ConfigureAwait(false);
            using var timeout = Timeout(context);
            using var reader = Open(context);
            body = new BulkBody(reader, entries, _options);
            await body.ReadAsync(context.Request.RouteValues["index"] as string ?? "", timeout.Token).ConfigureAwait(false);
            await _gate.AppendAsync(entries).ConfigureAwait(false);
        }
        catch (Exception fault) when (Refusal(fault) is { } refusal)
        {
            // Nothing was accepted, and the client is told why.
            Count("bulk", "refused", Math.Max(1, entries.Count), 0);
            await HttpAnswers.WriteAsync(context, FacadeAnswer.Error(refusal.Status, refusal.Kind, refusal.Message), _options.RetryAfter).ConfigureAwait(false);
            return;
        }

        Count("bulk", "accepted", entries.Count, entries.Bytes);
        Count("bulk", "refused", body.Items.Count - entries.Count, 0);
        HttpAnswers.Prepare(context, 200, isText: false);
        var answer = new BulkAnswer(FilterPath.Read(context.Request.Query["filter_path"]), NewId);
        var response = context.Response.BodyWriter;
        await answer.WriteAsync(
            response, body.Items, body.HasErrors, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds, Interlocked.Add(ref _sequence, entries.Count) - entries.Count,
            async c => await response.FlushAsync(c).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false);
    }

    private BodyReader Open(HttpContext context) =>
        new(BodyDecoding.Open(context.Request.Body, context.Request.Headers.ContentEncoding.ToString()), _options, _budget);

    private async Task<ReadOnlyMemory<byte>> ReadSmallAsync(HttpContext context)
    {
        using var timeout = Timeout(context);
        await using var body = BodyDecoding.Open(context.Request.Body, context.Request.Headers.ContentEncoding.ToString());
        var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, timeout.Token).ConfigureAwait(false)) > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > MaxSetupBytes)
            {
                throw new IngestException(413, $"the body is longer than {MaxSetupBytes} bytes");
            }
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private CancellationTokenSource Timeout(HttpContext context)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        source.CancelAfter(_options.BodyTimeout);
        return source;
    }

    /// <summary>What a fault says to the client; null: it is a bug and goes on as one.</summary>
    private static IngestException? Refusal(Exception fault) => fault switch
    {
        IngestException refusal => refusal,
        BadHttpRequestException bad => new IngestException(bad.StatusCode, bad.Message),
        InvalidDataException => new IngestException(400, "the body cannot be decompressed: it is damaged, cut off, or not what Content-Encoding says"),
        OperationCanceledException => new IngestException(408, "the body did not arrive in time; nothing was accepted"),
        IOException => new IngestException(400, "the connection ended within the body; nothing was accepted"),
        _ => null,
    };

    private void Count(string protocol, string outcome, int records, int bytes)
    {
        if (records > 0)
        {
            _records.Add(records, new("protocol", protocol), new("outcome", outcome));
        }

        if (bytes > 0)
        {
            _bytes.Add(bytes);
        }
    }

    /// <summary>Where the request came to, as a client may call it again.</summary>
    private static string AddressOf(ConnectionInfo connection)
    {
        var address = connection.LocalIpAddress ?? IPAddress.Loopback;
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, connection.LocalPort).ToString();
    }

    private static string MediaType(HttpContext context)
    {
        var type = context.Request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>Twenty characters that are safe in a URL, as Elasticsearch makes them. It is for the answer alone: no event bears it.</summary>
    private static string NewId() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(15));
}
