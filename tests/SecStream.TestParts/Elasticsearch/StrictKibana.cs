using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>
/// A stand-in for Kibana or OpenSearch Dashboards: status, import and export of saved objects, in memory, as strict as the real ones about headers, types
/// and references. Objects are brought up to its version when they are imported, as Kibana does.
/// </summary>
public sealed class StrictKibana : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private int _writes;

    private StrictKibana(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The version it tells; an upgrade brings all objects up to date.</summary>
    public string Version { get; private set; } = "8.17.0";

    /// <summary>OpenSearch Dashboards: no maps, another header against forgery.</summary>
    public bool IsOpenSearch { get; init; }

    /// <summary>False: it is starting.</summary>
    public bool IsReady { get; set; } = true;

    /// <summary>Values of <c>Authorization</c> that are accepted; null: none is asked for.</summary>
    public IReadOnlyList<string>? Authorizations { get; init; }

    /// <summary>Saved objects may be read and not changed.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Objects, by <c>type/id</c>.</summary>
    public ConcurrentDictionary<string, JsonObject> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids in use in another space: objects of such an id get another.</summary>
    public HashSet<string> TakenElsewhere { get; } = new(StringComparer.Ordinal);

    /// <summary>Objects that were written by imports.</summary>
    public int Imported { get; private set; }

    /// <summary>Starts one.</summary>
    public static async Task<StrictKibana> StartAsync(bool isOpenSearch = false, IReadOnlyList<string>? authorizations = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new StrictKibana(app) { IsOpenSearch = isOpenSearch, Authorizations = authorizations };
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Url = new Uri(app.Urls.First());
        return server;
    }

    /// <summary>A person changes the title of an object.</summary>
    public void Edit(string key, string title)
    {
        lock (_lock)
        {
            Objects[key]["attributes"]!["title"] = title;
            Touch(Objects[key]);
        }
    }

    /// <summary>It is upgraded: its objects are brought up to date.</summary>
    public void Upgrade(string version)
    {
        lock (_lock)
        {
            Version = version;
            Objects.Values.ToList().ForEach(Migrate);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers[IsOpenSearch ? "osd-name" : "kbn-name"] = "test";
        var (request, isWrite) = (context.Request, context.Request.Method != "GET");
        if (Authorizations is { } accepted && !accepted.Contains(request.Headers.Authorization.ToString()))
        {
            await ErrorAsync(context, 401, "Unauthorized");
        }
        else if (isWrite && !request.Headers.ContainsKey(IsOpenSearch ? "osd-xsrf" : "kbn-xsrf"))
        {
            await ErrorAsync(context, 400, $"Request must contain a {(IsOpenSearch ? "osd" : "kbn")}-xsrf header.");
        }
        else
        {
            var answer = (request.Method, request.Path.Value) switch
            {
                ("GET", "/api/status") => StatusAsync(context),
                ("POST", "/api/saved_objects/_export") => ExportAsync(context),
                ("POST", "/api/saved_objects/_import") when IsReadOnly => ErrorAsync(context, 403, "Unable to bulk_create dashboard"),
                ("POST", "/api/saved_objects/_import") => ImportAsync(context),
                _ => ErrorAsync(context, 404, "Not Found"),
            };
            await answer;
        }
    }

    private Task StatusAsync(HttpContext context)
    {
        var overall = IsOpenSearch ? new JsonObject { ["state"] = IsReady ? "green" : "red" } : new JsonObject { ["level"] = IsReady ? "available" : "unavailable" };
        return AnswerAsync(context, IsReady ? 200 : 503, new JsonObject
        {
            ["version"] = new JsonObject { ["number"] = Version },
            ["status"] = new JsonObject { ["overall"] = overall },
        }.ToJsonString());
    }

    private async Task ExportAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
        {
            await ErrorAsync(context, 415, "Unsupported Media Type");
            return;
        }

        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var lines = new StringBuilder();
        lock (_lock)
        {
            foreach (var wanted in body["objects"]!.AsArray())
            {
                if (Objects.TryGetValue($"{wanted!["type"]}/{wanted["id"]}", out var found))
                {
                    lines.Append(found.ToJsonString()).Append('\n');
                }
            }
        }

        await (lines.Length == 0 ? ErrorAsync(context, 400, "Error fetching objects to export") : AnswerAsync(context, 200, lines.ToString(), "application/ndjson"));
    }

    private async Task ImportAsync(HttpContext context)
    {
        var file = (await context.Request.ReadFormAsync()).Files.GetFile("file");
        if (file is null || !file.FileName.EndsWith(".ndjson", StringComparison.Ordinal))
        {
            await ErrorAsync(context, 400, file is null ? "[request body.file]: expected value of type [Stream]" : "Invalid file extension");
            return;
        }

        using var reader = new StreamReader(file.OpenReadStream());
        var objects = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var (errors, done) = (new JsonArray(), new JsonArray());
        lock (_lock)
        {
            var coming = objects.Select(Key).ToHashSet(StringComparer.Ordinal);
            foreach (var one in objects)
            {
                Import(one, coming, context.Request.Query["overwrite"] == "true", errors, done);
            }
        }

        var answer = new JsonObject { ["success"] = errors.Count == 0, ["successCount"] = done.Count, ["successResults"] = done };
        if (errors.Count > 0)
        {
            answer["errors"] = errors;
        }

        await AnswerAsync(context, 200, answer.ToJsonString());
    }

    private void Import(JsonObject one, HashSet<string> coming, bool overwrite, JsonArray errors, JsonArray done)
    {
        var (type, id) = ((string)one["type"]!, (string)one["id"]!);
        var missing = (one["references"]?.AsArray() ?? []).FirstOrDefault(r => !coming.Contains($"{r!["type"]}/{r["id"]}") && !Objects.ContainsKey($"{r["type"]}/{r["id"]}"));
        var error = IsOpenSearch && type == "map" ? new JsonObject { ["type"] = "unsupported_type" }
            : missing is not null ? new JsonObject { ["type"] = "missing_references", ["references"] = new JsonArray(new JsonObject { ["type"] = (string)missing["type"]!, ["id"] = (string)missing["id"]! }) }
            : Objects.ContainsKey(Key(one)) && !overwrite ? new JsonObject { ["type"] = "conflict" }
            : null;
        if (error is not null)
        {
            errors.Add(new JsonObject { ["type"] = type, ["id"] = id, ["error"] = error });
            return;
        }

        var result = new JsonObject { ["type"] = type, ["id"] = id };
        if (TakenElsewhere.Contains(id))
        {
            one["originId"] = id;
            one["id"] = id + "-copy";
            result["destinationId"] = id + "-copy";
        }

        Migrate(one);
        Touch(one);
        Objects[Key(one)] = one;
        Imported++;
        done.Add(result);
    }

    /// <summary>The form of this version: some attribute that the one before had not.</summary>
    private void Migrate(JsonObject one)
    {
        one["typeMigrationVersion"] = Version;
        one["attributes"]!["form"] = Version;
    }

    private void Touch(JsonObject one)
    {
        one["version"] = (++_writes).ToString(CultureInfo.InvariantCulture);
        one["updated_at"] = $"2026-03-02T10:00:{_writes % 60:00}.000Z";
    }

    private static string Key(JsonObject one) => $"{one["type"]}/{one["id"]}";

    private static Task ErrorAsync(HttpContext context, int status, string message) => AnswerAsync(
        context, status, new JsonObject { ["statusCode"] = status, ["error"] = ((HttpStatusCode)status).ToString(), ["message"] = message }.ToJsonString());

    private static Task AnswerAsync(HttpContext context, int status, string text, string type = "application/json")
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(text);
    }
}
