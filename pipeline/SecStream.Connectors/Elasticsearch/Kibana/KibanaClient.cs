using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Kibana;

/// <summary>What a Kibana is.</summary>
/// <param name="Version">Its version; empty when it does not tell.</param>
/// <param name="IsOpenSearch">OpenSearch Dashboards.</param>
/// <param name="IsReady">It works already.</param>
internal sealed record KibanaStatus(string Version, bool IsOpenSearch, bool IsReady);

/// <summary>What became of an object that was imported.</summary>
/// <param name="Fault">Why it was not; null: it was.</param>
/// <param name="Id">Its id now: another one where the same id is in use in another space.</param>
internal sealed record KibanaImport(string? Fault, string Id);

/// <summary>
/// HTTP to Kibana or OpenSearch Dashboards: its saved objects, by import and export alone, which all versions have. Credentials and trust are those of the
/// cluster; a certificate that the system trusts is good as well. Thread-safe.
/// </summary>
public sealed class KibanaClient : IDisposable
{
    private const long MaxAnswerBytes = 16 << 20;
    private const int NotThere = 400;

    private readonly Uri _url;
    private readonly ElasticsearchOptions _options;
    private readonly CertificateTrust _trust;
    private readonly HttpClient _http;

    /// <summary>Prepares; nothing is connected to yet.</summary>
    /// <param name="options">The cluster, with Kibana's address.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ElasticsearchException">There is no address, or a secret or certificate can't be read.</exception>
    public KibanaClient(ElasticsearchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var url = options.Kibana ?? throw new ElasticsearchException("elasticsearch.kibana: no address");
        (_options, _url) = (options, url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/"));
        _trust = new CertificateTrust(options, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) => errors == SslPolicyErrors.None || _trust.Validate(sender, certificate, chain, errors),
            },
        })
        {
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _http.DefaultRequestHeaders.Authorization = Credentials.Read(options);

        // The one is asked for by Kibana, the other by OpenSearch Dashboards, of everything that is not a GET.
        _http.DefaultRequestHeaders.Add("kbn-xsrf", "secstream");
        _http.DefaultRequestHeaders.Add("osd-xsrf", "secstream");
    }

    /// <summary>Where it is, for messages.</summary>
    public string Name => _url.AbsoluteUri.TrimEnd('/');

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _trust.Dispose();
    }

    /// <summary>What it is, and whether it works.</summary>
    /// <exception cref="ElasticsearchException">It can't be reached, refuses us, or is none.</exception>
    internal async Task<KibanaStatus> StatusAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, "api/status", null, cancellation).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);

        // While it starts it answers 503, with its status all the same.
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            throw Fault((int)answer.StatusCode, text);
        }

        var json = Parse(text);
        var overall = json?["status"]?["overall"];
        var isOpenSearch = answer.Headers.Contains("osd-name");
        if (!isOpenSearch && !answer.Headers.Contains("kbn-name") && overall is null)
        {
            throw answer.IsSuccessStatusCode
                ? new ElasticsearchException(new ElasticsearchFault(ElasticsearchFaultKind.Unsupported, $"{Name} is no Kibana; elasticsearch.kibana must be the address of Kibana itself, with its base path if it has one"))
                : Fault((int)answer.StatusCode, text);
        }

        var state = (string?)overall?["level"] ?? (string?)overall?["state"];
        return new KibanaStatus((string?)json?["version"]?["number"] ?? "", isOpenSearch, state is "available" or "green" or "degraded" or "yellow");
    }

    /// <summary>An object as it is there: a line of JSON; null: it is not.</summary>
    /// <exception cref="ElasticsearchException">It can't be asked.</exception>
    internal async Task<string?> ExportAsync(string type, string id, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["objects"] = new JsonArray(new JsonObject { ["type"] = type, ["id"] = id }),
            ["includeReferencesDeep"] = false,
            ["excludeExportDetails"] = true,
        };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await SendAsync(HttpMethod.Post, "api/saved_objects/_export", content, cancellation).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? text.Split('\n', 2)[0]
            : (int)answer.StatusCode == NotThere ? null
            : throw Fault((int)answer.StatusCode, text);
    }

    /// <summary>Imports objects; each has its own outcome, by <see cref="KibanaObject.Key"/>.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="mayReplace">Objects that are there are replaced; else they stay, and that is told as a fault.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ElasticsearchException">None was imported.</exception>
    internal async Task<IReadOnlyDictionary<string, KibanaImport>> ImportAsync(IReadOnlyList<KibanaObject> objects, bool mayReplace, CancellationToken cancellation)
    {
        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(objects.Select(o => o.Line + "\n"))));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/ndjson");
        using var form = new MultipartFormDataContent { { file, "file", "secstream.ndjson" } };
        using var answer = await SendAsync(HttpMethod.Post, $"api/saved_objects/_import{(mayReplace ? "?overwrite=true" : "")}", form, cancellation).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            throw Fault((int)answer.StatusCode, text);
        }

        var json = Parse(text) ?? throw new ElasticsearchException($"{Name}: the answer to an import is no JSON");
        var outcomes = objects.ToDictionary(o => o.Key, o => new KibanaImport(null, o.Id), StringComparer.Ordinal);
        foreach (var error in json["errors"]?.AsArray() ?? [])
        {
            outcomes[$"{error!["type"]}/{error["id"]}"] = new KibanaImport(Describe(error["error"]!), (string)error["id"]!);
        }

        foreach (var done in (json["successResults"]?.AsArray() ?? []).Where(done => (string?)done!["destinationId"] is not null))
        {
            outcomes[$"{done!["type"]}/{done["id"]}"] = new KibanaImport(null, (string)done["destinationId"]!);
        }

        return outcomes;
    }

    private static string Describe(JsonNode error) => (string?)error["type"] switch
    {
        "conflict" or "ambiguous_conflict" => "there is one of this id already",
        "unsupported_type" => "this Kibana knows no objects of this type",
        "missing_references" => $"it refers to what is not there: {string.Join(", ", (error["references"]?.AsArray() ?? []).Select(r => $"{r!["type"]}/{r["id"]}"))}",
        var type => (string?)error["message"] ?? type ?? "for no reason that was told",
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // A proxy's page, or whoever else listens there: the caller says so.
            return null;
        }
    }

    private ElasticsearchException Fault(int status, string text)
    {
        var reason = (string?)(Parse(text) as JsonObject)?["message"];
        var (kind, mend) = status switch
        {
            401 => (ElasticsearchFaultKind.Unauthorized, "Kibana does not know these credentials"),
            403 => (ElasticsearchFaultKind.Forbidden, "these credentials may not change saved objects"),
            404 => (ElasticsearchFaultKind.Unsupported, "there is no Kibana at this address; has it a base path?"),
            503 => (ElasticsearchFaultKind.ServerError, "Kibana is not ready"),
            >= 500 => (ElasticsearchFaultKind.ServerError, "Kibana failed"),
            _ => (ElasticsearchFaultKind.Refused, "refused"),
        };
        return new ElasticsearchException(new ElasticsearchFault(kind, $"{Name}: {mend} (status {status}{(reason is null ? "" : $": {reason}")})"));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(_url, path)) { Content = content };
        try
        {
            return await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new ElasticsearchException(
                fault is { InnerException: AuthenticationException } && _trust.Refusal(_url.IdnHost) is { } refusal
                    ? refusal
                    : new ElasticsearchFault(ElasticsearchFaultKind.Unreachable, $"{Name} can't be reached: {fault.InnerException?.Message ?? fault.Message}"));
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ElasticsearchException(new ElasticsearchFault(ElasticsearchFaultKind.Timeout, $"{Name} did not answer within {_options.Timeout.TotalSeconds:0} s"));
        }
    }
}
