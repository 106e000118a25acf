using System.Text;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Connectors.Features;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

/// <summary>Feature files, a shipper that follows them, and a cluster.</summary>
internal sealed class WindowHarness : IAsyncDisposable
{
    public const long Day = 20_000;
    public const string Tenant = "Acme-Bank";

    public static readonly FeatureSchema Schema = new()
    {
        Profile = "api-key",
        Version = "0123456789abcdef",
        KeyNames = ["user.name", "source.address"],
        Windows = [5 * EventClock.Minute, EventClock.Hour],
        Features = [new FeatureDefinition { Name = "requests", Noun = "requests", IsCount = true }, new FeatureDefinition { Name = "errors", Noun = "errors", Scale = FeatureScale.Linear }],
        Categories = [new CategoryDefinition("country", "source.geo.country_iso_code", 0.5)],
        HasSteps = true,
    };

    private static readonly WindowShippingTuning s_quick = new(
        new SendTimings(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
        TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(5));

    private readonly ElasticsearchOptions _options;

    private WindowHarness(StrictElasticsearch server)
    {
        Server = server;
        _options = new ElasticsearchOptions { Hosts = [server.Url], Timeout = TimeSpan.FromSeconds(10) };
        Client = new ElasticsearchClient(_options, TimeProvider.System);
        Sink = new FeatureFileSink(Folder);
    }

    public StrictElasticsearch Server { get; }

    public ElasticsearchClient Client { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("windows").FullName;

    public FeatureFileSink Sink { get; private set; }

    public WindowShipper? Shipper { get; private set; }

    public List<string> Reports { get; } = [];

    public FeatureFileStore Embedded => new(Folder);

    public ElasticsearchFeatureStore Store => new(Client, Tenant, TimeProvider.System) { MostDocuments = 7 };

    public static async Task<WindowHarness> StartAsync(bool hasTemplates = true, StrictFlavor? flavor = null)
    {
        var harness = new WindowHarness(await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = flavor ?? StrictFlavor.Elasticsearch817 }));
        if (hasTemplates)
        {
            await harness.BootstrapAsync();
        }

        return harness;
    }

    public Task BootstrapAsync() => new ElasticsearchBootstrap(Client).RunAsync(isDryRun: false, default);

    public static FeatureVector Window(string key, int slot, double value, FeatureSchema? schema = null, int window = 0)
    {
        var vector = FeatureVector.Of(schema ?? Schema);
        var length = vector.Schema.Windows[window];
        (vector.Key, vector.Start) = (Encoding.UTF8.GetBytes(key), (Day * EventClock.Day) + (slot * length));
        (vector.End, vector.Events) = (vector.Start + length, 1 + slot);
        vector.Values[0] = value;
        vector.Values[1] = slot % 3 == 0 ? double.NaN : value / 7;
        vector.Categories[0].Add(new CategoryCount(7, "NL", 2));
        vector.Steps.AddRange([1, ulong.MaxValue, (ulong)slot]);
        return vector;
    }

    public void Start() =>
        Shipper = new WindowShipper(Client, _options, Folder, Tenant, TimeProvider.System, Reports.Add, s_quick);

    public async Task StopAsync()
    {
        await Shipper!.DisposeAsync();
        Sink.Dispose();
        Sink = new FeatureFileSink(Folder);
    }

    public void Write(params FeatureVector[] windows)
    {
        foreach (var window in windows)
        {
            Sink.Write(window);
        }

        Sink.Flush();
    }

    /// <summary>Waits until nothing is pending.</summary>
    public async Task ShippedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Shipper!.Status.PendingBytes > 0)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Everything a store has, as text, down to the bits of the values.</summary>
    public static List<string> All(IFeatureStore store)
    {
        var all = new List<string>();
        foreach (var schema in store.Schemas())
        {
            all.Add(Encoding.UTF8.GetString(FeatureBlock.WriteSchema(schema)));
            all.Add(string.Join(' ', store.Days(schema)));
            foreach (var day in store.Days(schema))
            {
                foreach (var window in schema.Windows)
                {
                    all.AddRange(store.Read(schema, window, day).Select(Text));
                }
            }
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        if (Shipper is not null)
        {
            await Shipper.DisposeAsync();
        }

        Sink.Dispose();
        Client.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Text(FeatureVector window)
    {
        var writer = new SecStream.Core.Text.ByteWriter();
        FeatureRecord.Write(window, writer);
        return $"{window.Schema.Profile} {window.Schema.Version} {Convert.ToHexString(writer.Written)}";
    }
}
