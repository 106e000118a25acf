using System.CommandLine;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Connectors.Features;
using SecStream.Core.Features;
using SecStream.Host.Configuration;

namespace SecStream.Host.Trainer;

/// <summary>
/// The stored windows of a service: those of a data folder, or those that it has written to Elasticsearch. Opens nothing before it is asked for. Not thread-safe; what
/// it gives is.
/// </summary>
internal sealed class StoredWindows : IDisposable
{
    /// <summary>Name of their folder in a data folder.</summary>
    public const string FolderName = "features";

    private readonly ElasticsearchClient? _client;

    private StoredWindows(IFeatureStore store, string name, ElasticsearchClient? client) => (Store, Name, _client) = (store, name, client);

    /// <summary>The windows.</summary>
    public IFeatureStore Store { get; }

    /// <summary>Where they are, for messages.</summary>
    public string Name { get; }

    /// <summary>Blocks of files found damaged and left out.</summary>
    public long DamagedBlocks => Store is FeatureFileStore files ? files.DamagedBlocks : 0;

    /// <summary>The option that says where they are read.</summary>
    public static Option<string?> StoreOption() => new("--store")
    {
        Description = "Where windows are read: embedded (the data folder), elasticsearch, or auto: the data folder where it has any. Default: store of the configuration.",
    };

    /// <summary>Opens those of a folder, also while a service writes; without windows where none were ever written.</summary>
    public static IFeatureStore Open(string data) => new FeatureFileStore(Path.Combine(data, FolderName));

    /// <summary>For a service, which has its connection already.</summary>
    public static IFeatureStore Of(ServiceOptions options, IElasticsearchTransport? transport, TimeProvider time) =>
        transport is not null && Settle(options, Configured(options)) == StoreChoice.Elasticsearch
            ? new ElasticsearchFeatureStore(transport, options.Pipeline.Tenant, time)
            : Open(options.Data);

    /// <summary>For a command: the folder that it names, else what the configuration says.</summary>
    /// <exception cref="ConfigurationException">There is no such folder or no cluster, or the configuration can't be used.</exception>
    public static StoredWindows ForCommand(string? named, string? asked, TimeProvider time)
    {
        var options = named is null || asked is not null ? ServiceOptionsReader.Load(null).Options : new ServiceOptions();
        return ForCommand(options with { Data = named ?? options.Data }, asked, isNamed: named is not null, time);
    }

    /// <summary>For options that have been read.</summary>
    /// <param name="options">The configuration, with the data folder that is meant.</param>
    /// <param name="asked">What <c>--store</c> says; null: what the configuration says.</param>
    /// <param name="isNamed">The folder was named on the command line: auto reads it itself.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="ConfigurationException">There is no such folder or no cluster, or a secret can't be read.</exception>
    public static StoredWindows ForCommand(ServiceOptions options, string? asked, bool isNamed, TimeProvider time)
    {
        var choice = Choice(asked) ?? (isNamed ? StoreChoice.Embedded : Configured(options));
        if (Settle(options, choice) == StoreChoice.Embedded)
        {
            return Directory.Exists(options.Data)
                ? new StoredWindows(Open(options.Data), Path.Combine(options.Data, FolderName), null)
                : throw new ConfigurationException($"--data {options.Data}: no such folder; name the --data folder of serve");
        }

        if (options.Elasticsearch is not { } cluster)
        {
            throw new ConfigurationException("--store elasticsearch: the configuration has no section elasticsearch; name it with --config");
        }

        try
        {
            var client = new ElasticsearchClient(cluster, time);
            return new StoredWindows(new ElasticsearchFeatureStore(client, options.Pipeline.Tenant, time), string.Join(", ", cluster.Hosts), client);
        }
        catch (ElasticsearchException fault)
        {
            // A secret or certificate that the configuration names: said as every other fault of the configuration is.
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    /// <summary>
    /// Never auto. The data folder is nearer and has every window that this service has written: Elasticsearch is for a machine that has none of them, and
    /// for a member of a group, each of which has those of its own time as leader.
    /// </summary>
    internal static StoreChoice Settle(ServiceOptions options, StoreChoice choice) => choice switch
    {
        StoreChoice.Auto when options.Elasticsearch is { Features: true } && (options.IsGroupMember || !HasWindows(options.Data)) => StoreChoice.Elasticsearch,
        StoreChoice.Elasticsearch => StoreChoice.Elasticsearch,
        _ => StoreChoice.Embedded,
    };

    /// <summary>What the configuration says of alerts and events holds for windows as far as they are written.</summary>
    private static StoreChoice Configured(ServiceOptions options) =>
        options.Store == StoreChoice.Elasticsearch && options.Elasticsearch is not { Features: true } ? StoreChoice.Embedded : options.Store;

    private static bool HasWindows(string data) => new FeatureFileStore(Path.Combine(data, FolderName)).Schemas().Count > 0;

    private static StoreChoice? Choice(string? text) => text switch
    {
        null => null,
        "auto" => StoreChoice.Auto,
        "embedded" => StoreChoice.Embedded,
        "elasticsearch" => StoreChoice.Elasticsearch,
        _ => throw new ConfigurationException($"--store {text}: use embedded, elasticsearch or auto"),
    };
}
