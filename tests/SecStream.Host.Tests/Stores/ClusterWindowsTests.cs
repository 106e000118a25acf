using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Connectors.Features;
using SecStream.Host.Configuration;
using SecStream.Host.Tests.Features;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Trainer;
using SecStream.TestParts.Elasticsearch;
using Xunit;

namespace SecStream.Host.Tests.Stores;

/// <summary>Commands that read stored windows, on a machine that has none of them.</summary>
public sealed class ClusterWindowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_FolderWithoutWindows_GivesWhatTheServiceHasWritten()
    {
        await using var server = await StrictElasticsearch.StartAsync();
        await ShipAsync(server);
        _folder.Write("secstream.yml", $"data: trainer\nelasticsearch:\n  hosts: [\"{server.Url}\"]\n");
        var remote = await ExportAsync("remote.csv");
        var local = await ExportAsync("local.csv", "--data", "service");
        Assert.Equal((0, 0), (remote.ExitCode, local.ExitCode));
        Assert.Equal(File.ReadAllText(_folder.File("local.csv")), File.ReadAllText(_folder.File("remote.csv")));
        Assert.Equal(1 + (GeneratedWindows.Keys * GeneratedWindows.WindowsPerDay), File.ReadAllLines(_folder.File("remote.csv")).Length);

        // Few days: what counts is that they are found, and that it is said when the folder is asked for.
        var trained = await HostProcess.RunAsync(_folder.Path, "train");
        Assert.Contains("learning until", trained.Errors, StringComparison.Ordinal);
        var embedded = await HostProcess.RunAsync(_folder.Path, "train", "--store", "embedded");
        Assert.Equal(2, embedded.ExitCode);
        Assert.Contains("no such folder", embedded.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StoreChoice.Auto, true, false, false, StoreChoice.Elasticsearch)]
    [InlineData(StoreChoice.Auto, true, true, false, StoreChoice.Embedded)]
    [InlineData(StoreChoice.Auto, true, true, true, StoreChoice.Elasticsearch)]
    [InlineData(StoreChoice.Auto, false, false, false, StoreChoice.Embedded)]
    [InlineData(StoreChoice.Elasticsearch, true, true, false, StoreChoice.Elasticsearch)]
    [InlineData(StoreChoice.Embedded, true, false, true, StoreChoice.Embedded)]
    public void Settle_WhatThereIs_IsRead(StoreChoice choice, bool isWritten, bool hasWindows, bool isGroup, StoreChoice expected)
    {
        if (hasWindows)
        {
            WriteWindows("service");
        }

        var options = new ServiceOptions
        {
            Data = _folder.File("service"),
            Elasticsearch = isWritten ? new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")] } : null,
            Kafka = isGroup ? new() { Brokers = ["127.0.0.1:1"], Topics = [new() { Topic = "logs" }] } : null,
        };
        Assert.Equal(expected, StoredWindows.Settle(options, choice));
    }

    [Fact]
    public async Task Store_Unknown_IsAnErrorThatNamesTheChoices()
    {
        Directory.CreateDirectory(_folder.File("data"));
        var unknown = await HostProcess.RunAsync(_folder.Path, "train", "--store", "elastic");
        Assert.Contains("use embedded, elasticsearch or auto", unknown.Errors, StringComparison.Ordinal);
        var none = await HostProcess.RunAsync(_folder.Path, "train", "--store", "elasticsearch");
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("no section elasticsearch", none.Errors, StringComparison.Ordinal);
    }

    private Task<HostResult> ExportAsync(string output, params string[] more) =>
        HostProcess.RunAsync(_folder.Path, ["features", "export", "--profile", "api-key", "--window", "5m", "--out", output, .. more]);

    private async Task ShipAsync(StrictElasticsearch server)
    {
        WriteWindows("service");
        var options = new ElasticsearchOptions { Hosts = [server.Url] };
        using var client = new ElasticsearchClient(options, TimeProvider.System);
        await new ElasticsearchBootstrap(client).RunAsync(isDryRun: false, default);
        var shipper = new WindowShipper(client, options, _folder.File("service/features"), "default", TimeProvider.System, _ => { });
        await using (shipper.ConfigureAwait(false))
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (shipper.Status.PendingBytes > 0)
            {
                await Task.Delay(20, patience.Token);
            }
        }
    }

    private void WriteWindows(string data)
    {
        using var sink = new FeatureFileSink(_folder.File(data + "/features"));
        var store = GeneratedWindows.Store(days: 1);
        foreach (var window in store.Days(GeneratedWindows.Schema).SelectMany(day => store.Read(GeneratedWindows.Schema, GeneratedWindows.Window, day)))
        {
            sink.Write(window);
        }
    }
}
