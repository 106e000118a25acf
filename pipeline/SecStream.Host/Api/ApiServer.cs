using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecStream.Connectors.Http;
using SecStream.Host.Api.Health;
using SecStream.Host.Api.Security;
using SecStream.Host.Telemetry;

namespace SecStream.Host.Api;

/// <summary>The HTTP side of the service: records in, alerts and figures out.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly MetricsReader _metrics;
    private readonly ApiOptions _options;

    private ApiServer(WebApplication application, MetricsReader metrics, ApiOptions options)
    {
        _application = application;
        _metrics = metrics;
        _options = options;
        Url = application.Urls.First();
    }

    /// <summary>Where it listens: scheme, address and the actual port.</summary>
    public string Url { get; }

    /// <summary>Starts listening; requests are answered when it completes.</summary>
    /// <exception cref="ConfigurationException">The options cannot be, or the address is taken.</exception>
    public static async Task<ApiServer> StartAsync(ApiOptions options, ApiServices services, CancellationToken cancellation)
    {
        options.Validate();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // What the environment says to web servers in general (ASPNETCORE_URLS, Kestrel__Endpoints) must not open a door that no key guards.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new ErrorLines(Console.Error));
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        builder.Services.Configure<RouteOptions>(routes => routes.LowercaseUrls = false);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, options));
        var application = builder.Build();
        var metrics = new MetricsReader(services.Meter);
        Map(application, options, services, metrics);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            metrics.Dispose();
            throw new ConfigurationException(
                $"http.listen {new IPEndPoint(options.Address, options.Port)} cannot be listened on ({fault.Message}); stop what uses it, or choose another port", fault);
        }

        return new ApiServer(application, metrics, options);
    }

    /// <summary>Stops taking requests and waits for those under way, at most <see cref="ApiOptions.DrainTimeout"/>.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.DrainTimeout);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private static void Limit(KestrelServerOptions kestrel, ApiOptions options)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 16;
        limits.MaxRequestBodySize = options.Ingest.MaxBodyBytes;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = new MinDataRate(options.MinBodyBytesPerSecond, TimeSpan.FromSeconds(5));
        kestrel.Listen(options.Address, options.Port, listen =>
        {
            // HTTP/1.1 is what shippers, scrapers and curl speak, and one protocol has fewer ways to be abused than two.
            listen.Protocols = HttpProtocols.Http1;
            if (options.CertificateFile is not null)
            {
                listen.UseHttps(LoadCertificate(options.CertificateFile, options.CertificateKeyFile!));
            }
        });
    }

    private static X509Certificate2 LoadCertificate(string path, string keyPath)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path, keyPath);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"http.tls.certificate {path} with key {keyPath} cannot be used: {fault.Message}; both are PEM files and belong together", fault);
        }
    }

    private static void Map(WebApplication application, ApiOptions options, ApiServices services, MetricsReader metrics)
    {
        var gate = new AccessGate(options, services.Time);
        application.UseRouting();
        application.Use(gate.InvokeAsync);

        new HealthEndpoints(services.Health, gate, services.Time).Map(application);
        application.MapGet("/metrics", context => WriteMetricsAsync(context, metrics)).WithMetadata(new AccessRequirement(Access.Read));
        var api = application.MapGroup("/api/v1").WithMetadata(new AccessRequirement(Access.Read));
        new AlertEndpoints(services, options).Map(api);
        new EventEndpoints(services).Map(api);
        new AdminEndpoints(services).Map(api);
        api.MapFallback("{**path}", c => ApiAnswers.ErrorAsync(c, 404, "there is nothing at this path with this method; see /api/v1/stats, alerts, events, ledger"));

        var ingest = new HttpIngest(services.Journal, options.Ingest, services.Meter.Meter, services.Time);
        ingest.MapIngest(application.MapGroup("").WithMetadata(new AccessRequirement(Access.Ingest, ForShippers: true)));
        application.MapMethods("/", ["GET", "HEAD"], context => IsBrowser(context.Request) && services.Home is { } home ? home(context) : ingest.AnswerAsync(context))
            .WithMetadata(new AccessRequirement(Access.Known, ForShippers: true));
        services.Pages?.Invoke(application);
        application.MapFallback("{**path}", ingest.AnswerAsync).WithMetadata(new AccessRequirement(Access.Ingest, ForShippers: true));
    }

    private static Task WriteMetricsAsync(HttpContext context, MetricsReader metrics)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
    }

    private static bool IsBrowser(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>The service decides by itself when it stops; the web host watches no signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
