using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace SecStream.Host.Telemetry;

/// <summary>Sends the metrics to an OpenTelemetry collector. Best effort: a collector that is away costs nothing but its figures.</summary>
public sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider _provider;

    private OtlpExport(MeterProvider provider) => _provider = provider;

    /// <summary>Begins to send.</summary>
    /// <param name="endpoint">Where to: <c>http://127.0.0.1:4318/v1/metrics</c> (HTTP, path included) or, with <paramref name="grpc"/>, <c>http://127.0.0.1:4317</c>.</param>
    /// <param name="grpc">gRPC rather than HTTP with protocol buffers.</param>
    /// <param name="interval">How often. At least 1 s.</param>
    /// <param name="headers">Headers for the collector, <c>a=b,c=d</c>, or null.</param>
    /// <exception cref="ConfigurationException">The endpoint is no http address, or the interval too short.</exception>
    public static OtlpExport Start(string endpoint, bool grpc, TimeSpan interval, string? headers)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ConfigurationException($"telemetry.otlp {endpoint}: use an address such as http://127.0.0.1:4318/v1/metrics");
        }

        if (interval < TimeSpan.FromSeconds(1))
        {
            throw new ConfigurationException($"telemetry.interval {interval}: use 1 s or more");
        }

        var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(ServiceMeter.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting")
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = uri;
                exporter.Protocol = grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.Headers = headers ?? exporter.Headers;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)interval.TotalMilliseconds;
            })
            .Build();
        return new OtlpExport(provider!);
    }

    /// <summary>Sends what is there and ends; waits at most 2 s.</summary>
    public void Dispose()
    {
        _provider.ForceFlush(2000);
        _provider.Dispose();
    }
}
