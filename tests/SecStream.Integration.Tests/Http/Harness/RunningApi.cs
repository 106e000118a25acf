using System.Text;
using SecStream.Connectors.Http;
using SecStream.Host.Api;
using SecStream.Host.Api.Security;
using SecStream.Host.Telemetry;

namespace SecStream.Integration.Tests.Http.Harness;

/// <summary>The HTTP side on a free port, with everything behind it in memory.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    private readonly ServiceMeter _meter;

    private RunningApi(ApiServer server, ServiceMeter meter)
    {
        Server = server;
        _meter = meter;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(30) };
    }

    public ApiServer Server { get; }

    public HttpClient Client { get; }

    public string Url => Server.Url;

    public MemoryJournal Journal { get; private init; } = new();

    public MemoryAlerts Alerts { get; private init; } = new();

    public MemoryEvents Events { get; private init; } = new();

    public FixedService Service { get; private init; } = new();

    /// <summary>One key of every role; their secrets are <c>secret-of-ROLE-0123456789</c>.</summary>
    public static IReadOnlyList<ApiKey> Keys { get; } = [.. Enum.GetValues<Role>().Select(r => ApiKey.Create(NameOf(r), r, SecretOf(r)))];

    public static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    public static string SecretOf(Role role) => $"secret-of-{NameOf(role)}-0123456789";

    public static async Task<RunningApi> StartAsync(ApiOptions? options = null, Func<ApiServices, ApiServices>? change = null)
    {
        var (journal, alerts, events, service) = (new MemoryJournal(), new MemoryAlerts(), new MemoryEvents(), new FixedService());
        var meter = new ServiceMeter(service, TimeProvider.System);
        var services = new ApiServices
        {
            Journal = journal,
            Alerts = alerts,
            Events = events,
            Health = service,
            Meter = meter,
            Ledger = (_, _, _, _) => Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([Encoding.UTF8.GetBytes("""{"kind":"source_gap"}""")]),
            Reload = (_, _) => Task.FromResult(new ReloadOutcome(true, ["3 rules changed"])),
            RetryDeadLetters = (_, _) => Task.FromResult(12L),
        };
        var server = await ApiServer.StartAsync((options ?? new ApiOptions()) with { Port = 0 }, change?.Invoke(services) ?? services, CancellationToken.None);
        return new RunningApi(server, meter) { Journal = journal, Alerts = alerts, Events = events, Service = service };
    }

    /// <summary>Sends a request; header lines are <c>Name: value</c>.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (var header in headers)
        {
            var (name, value) = (header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await Client.SendAsync(request);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), all);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.StopAsync(CancellationToken.None);
        await Server.DisposeAsync();
        _meter.Dispose();
    }
}

/// <summary>An answer.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;
}
