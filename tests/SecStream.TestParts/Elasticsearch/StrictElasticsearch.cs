using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>
/// A stand-in for an Elasticsearch or OpenSearch node: the calls that are made of it, in memory, as strict about them as the real one. Calls it does
/// not know are 400, unknown parameters too. Add calls as <see cref="Route"/>s in files of this class. State is guarded by <see cref="Lock"/>.
/// </summary>
public sealed partial class StrictElasticsearch : IAsyncDisposable
{
    private static readonly string[] s_common = ["filter_path", "pretty", "human", "error_trace", "format"];
    private readonly WebApplication _app;
    private readonly List<Route> _routes = [];
    private int _requests;

    private StrictElasticsearch(StrictElasticsearchOptions options, WebApplication app)
    {
        (Options, _app) = (options, app);
        AddRoutes();
        StrictScripts.AddTo(this);
    }

    private sealed record Route(string Method, string[] Pattern, string[] Parameters, Func<StrictRequest, StrictReply> Handle);

    public StrictElasticsearchOptions Options { get; }

    /// <summary>May be changed while it runs: a version that comes back after an upgrade.</summary>
    public StrictFlavor Flavor => Options.Flavor;

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public Lock Lock { get; } = new();

    /// <summary>Answers for the next requests, one each; used up before <see cref="Intercept"/> is asked. <c>GET /</c> takes none.</summary>
    public ConcurrentQueue<StrictReply> Script { get; } = new();

    /// <summary>Answers instead of the server; null: it answers itself.</summary>
    public Func<StrictRequest, StrictReply?>? Intercept { get; set; }

    /// <summary>Fails single items of bulk requests, by index and id; null: none.</summary>
    public Func<string, string, StrictItemError?>? ItemFault { get; set; }

    /// <summary>Nothing is accepted: connections are reset.</summary>
    public bool IsAway { get; set; }

    /// <summary>Requests so far, those reset included.</summary>
    public int Requests => _requests;

    /// <summary>The last requests' method and path, newest last; at most 10 000.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Starts it.</summary>
    public static async Task<StrictElasticsearch> StartAsync(StrictElasticsearchOptions? options = null)
    {
        options ??= new StrictElasticsearchOptions();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                if (options.Certificate is { } certificate)
                {
                    listen.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate, options.CertificateChain));
                }
            });
        });
        var app = builder.Build();
        var server = new StrictElasticsearch(options, app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Url = new Uri(app.Urls.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    /// <summary>Adds a call. <c>{x}</c> in the pattern stands for any part.</summary>
    private void On(string method, string pattern, string[] parameters, Func<StrictRequest, StrictReply> handle) =>
        _routes.Add(new Route(method, pattern.Split('/', StringSplitOptions.RemoveEmptyEntries), parameters, handle));

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (IsAway)
        {
            context.Abort();
            return;
        }

        var (body, isTooLarge) = await ReadAsync(context.Request);
        var request = new StrictRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0],
            context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()),
            body,
            context.Request.ContentType);
        Note($"{request.Method} {request.Path}");
        var reply = isTooLarge ? StrictReply.Json(413, "") : Answer(request, context.Request.Headers.Authorization.ToString());
        if (reply.Delay > TimeSpan.Zero)
        {
            await Task.Delay(reply.Delay, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (reply.Reset)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, request, reply);
    }

    private StrictReply Answer(StrictRequest request, string authorization)
    {
        if (Options.Authorizations is { } accepted && !accepted.Contains(authorization))
        {
            return StrictReply.Error(401, "security_exception", $"unable to authenticate user for REST request [{request.Path}]");
        }

        var planned = request is { Method: "GET", Path: "/" } ? null : Script.TryDequeue(out var scripted) ? scripted : Intercept?.Invoke(request);
        if (planned is { CarriedOut: false, Status: not 0 } or { Reset: true, CarriedOut: false })
        {
            return planned;
        }

        var own = Dispatch(request);
        return planned is null ? own : planned.CarriedOut ? planned : own with { Delay = planned.Delay };
    }

    private StrictReply Dispatch(StrictRequest request)
    {
        var isKnownPath = false;
        foreach (var route in _routes)
        {
            if (!Matches(route.Pattern, request.Parts))
            {
                continue;
            }

            isKnownPath = true;
            if (route.Method != request.Method)
            {
                continue;
            }

            var unknown = request.Query.Keys.FirstOrDefault(key => !route.Parameters.Contains(key) && !s_common.Contains(key));
            if (unknown is not null)
            {
                return StrictReply.Error(400, "illegal_argument_exception", $"request [{request.Path}] contains unrecognized parameter: [{unknown}]");
            }

            if (request.Body.Length > 0 && WrongContentType(request) is { } wrong)
            {
                return wrong;
            }

            try
            {
                return route.Handle(request);
            }
            catch (JsonException fault)
            {
                return StrictReply.Error(400, "parsing_exception", fault.Message);
            }
        }

        return isKnownPath
            ? StrictReply.Json(405, $$"""{"error":"Incorrect HTTP method for uri [{{request.Path}}] and method [{{request.Method}}]","status":405}""")
            : StrictReply.Error(400, "illegal_argument_exception", $"no handler found for uri [{request.Path}] and method [{request.Method}]");
    }

    private static StrictReply? WrongContentType(StrictRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim() ?? "";
        var accepted = request.Parts[^1] is "_bulk" or "_msearch" ? type is "application/json" or "application/x-ndjson" : type is "application/json";
        return accepted ? null : StrictReply.Json(406, $$"""{"error":"Content-Type header [{{type}}] is not supported","status":406}""");
    }

    private static bool Matches(string[] pattern, string[] parts)
    {
        if (pattern.Length != parts.Length)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            var isAny = pattern[i][0] == '{';
            if (isAny ? parts[i][0] == '_' && parts[i] != "_all" : pattern[i] != parts[i])
            {
                return false;
            }
        }

        return true;
    }

    private async Task<(ReadOnlyMemory<byte> Body, bool IsTooLarge)> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > Options.MaxContentBytes)
        {
            return (default, true);
        }

        Stream body = request.Headers.ContentEncoding == "gzip" ? new System.IO.Compression.GZipStream(request.Body, System.IO.Compression.CompressionMode.Decompress) : request.Body;
        using var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        await body.CopyToAsync(buffer, 1 << 17);
        return (buffer.GetBuffer().AsMemory(0, (int)buffer.Length), buffer.Length > Options.MaxContentBytes);
    }

    private async Task WriteAsync(HttpContext context, StrictRequest request, StrictReply reply)
    {
        context.Response.StatusCode = reply.Status;
        if (Flavor.IsElasticsearch(7, 14))
        {
            context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        }

        var body = request.Query.TryGetValue("filter_path", out var paths) && request.Parts is not [.., "_bulk"] && reply.Body.Length > 0
            ? FilterPath.Apply(reply.Body, paths)
            : reply.Body;
        if (reply.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = wait;
        }

        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = body.Length;
        if (request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(body);
        }
    }

    private void Note(string line)
    {
        Log.Enqueue(line);
        if (Log.Count > 10_000)
        {
            Log.TryDequeue(out _);
        }
    }
}
