using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Core.Events;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class WindowShipperTests
{
    public static TheoryData<string> Flavors() => ["7.10", "8.17", "opensearch"];

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Ship_ManyWindows_TheStoreGivesWhatTheFilesGive(string flavor)
    {
        await using var harness = await WindowHarness.StartAsync(flavor: flavor switch
        {
            "7.10" => StrictFlavor.Elasticsearch710, "8.17" => StrictFlavor.Elasticsearch817, _ => StrictFlavor.OpenSearch2,
        });
        var other = WindowHarness.Schema with { Version = "f" };
        var host = WindowHarness.Schema with { Profile = "host", Version = "x" };
        harness.Start();
        for (var i = 0; i < 60; i++)
        {
            harness.Sink.Write(WindowHarness.Window($"user{i * 37 % 20:D3}\0192.0.2.{i % 5}", i / 20, i));
            harness.Sink.Write(WindowHarness.Window($"user{i % 7}\0", 20 + (i / 30), i, window: 1));
            harness.Sink.Write(WindowHarness.Window("a\0b", i * 24, i, i < 30 ? other : host));
        }

        harness.Sink.Flush();
        await harness.ShippedAsync();
        var all = WindowHarness.All(harness.Embedded);
        Assert.True(all.Count > 100);
        Assert.Equal(all, WindowHarness.All(harness.Store));
        Assert.Equal(0, harness.Shipper!.Status.Refused + harness.Shipper.Status.Unindexed);
        Assert.Contains("features-secstream.api_key-acme_bank-2024.10", harness.Server.Indices.Keys);
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task Ship_Window_PeopleFindItsNumbers()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("ann\0192.0.2.1", 0, 42));
        await harness.ShippedAsync();
        var document = harness.Server.AllDocuments("features-*").Select(d => d.Document.Json).Single(d => d.GetProperty("secstream").GetProperty("kind").GetString() == "window");
        Assert.Equal("2024-10-04T00:05:00.000000Z", document.GetProperty("@timestamp").GetString());
        Assert.Equal("{\"requests\":42}", document.GetProperty("features").GetRawText());
        Assert.Equal("{\"country\":[\"NL\"]}", document.GetProperty("categories").GetRawText());
        var own = document.GetProperty("secstream");
        Assert.Equal("[\"ann\",\"192.0.2.1\"]", own.GetProperty("key").GetRawText());
        Assert.Equal((WindowHarness.Tenant, "api-key", 300.0), (own.GetProperty("tenant").GetString(), own.GetProperty("profile").GetString(), own.GetProperty("window_seconds").GetDouble()));
    }

    [Fact]
    public async Task Ship_WindowThatComesAgain_ReplacesItself()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1), WindowHarness.Window("b\0", 0, 2), WindowHarness.Window("a\0", 0, 3));
        await harness.ShippedAsync();
        harness.Write(WindowHarness.Window("b\0", 0, 4));
        await harness.ShippedAsync();
        Assert.Equal([3.0, 4.0], harness.Store.Read(WindowHarness.Schema, 5 * EventClock.Minute, WindowHarness.Day).Select(w => w.Values[0]));
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Ship_SomeItemsAreRefusedForNow_AllArriveAndTheLastVersionHolds()
    {
        await using var harness = await WindowHarness.StartAsync();
        var refusals = 0;
        harness.Server.ItemFault = (_, id) => !id.StartsWith("schema", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) is var n && n < 150 && n % 3 > 0
            ? new StrictItemError(429, "es_rejected_execution_exception", "later")
            : null;
        harness.Start();
        harness.Write([.. Enumerable.Range(0, 80).Select(i => WindowHarness.Window($"user{i % 50}\0", 0, i))]);
        await harness.ShippedAsync();
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
        Assert.True(harness.Shipper!.Status.Retries > 0);
        Assert.Null(harness.Shipper.Status.Error);
    }

    [Fact]
    public async Task Ship_DocumentIsRefused_GoesWithoutItsNumbersAndTheStoreGivesItAllTheSame()
    {
        await using var harness = await WindowHarness.StartAsync();
        var seen = new HashSet<string>();
        harness.Server.ItemFault = (_, id) => !id.StartsWith("schema", StringComparison.Ordinal) && seen.Add(id) ? new StrictItemError(400, "mapper_parsing_exception", "no") : null;
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1), WindowHarness.Window("b\0", 0, 2));
        await harness.ShippedAsync();
        Assert.Equal(2, harness.Shipper!.Status.Unindexed);
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Ship_RefusedForGood_IsReportedAndTheOthersGoOn()
    {
        await using var harness = await WindowHarness.StartAsync();
        var first = WindowIndices.IdOf(WindowHarness.Tenant, WindowHarness.Schema, Record("a\0"));
        harness.Server.ItemFault = (_, id) => id == first ? new StrictItemError(400, "mapper_parsing_exception", "never") : null;
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1), WindowHarness.Window("b\0", 0, 2));
        await harness.ShippedAsync();
        Assert.Equal(1, harness.Shipper!.Status.Refused);
        Assert.Contains("never", Assert.Single(harness.Reports), StringComparison.Ordinal);
        Assert.Equal(2.0, Assert.Single(harness.Store.Read(WindowHarness.Schema, 5 * EventClock.Minute, WindowHarness.Day)).Values[0]);
    }

    [Fact]
    public async Task Ship_ClusterAway_WindowsWaitAndArriveWhenItIsBack()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Server.IsAway = true;
        harness.Start();
        for (var i = 0; i < 5; i++)
        {
            harness.Write(WindowHarness.Window($"user{i}\0", i, i));
        }

        await UntilAsync(() => harness.Shipper!.Status is { Error: not null, PendingBytes: > 0, FailingSince: not null });
        harness.Server.IsAway = false;
        harness.Server.Script.Enqueue(StrictReply.Overloaded);
        harness.Server.Script.Enqueue(StrictReply.ConnectionReset with { CarriedOut = true });
        harness.Server.Script.Enqueue(StrictReply.Json(413, ""));
        await harness.ShippedAsync();
        Assert.Null(harness.Shipper!.Status.Error);
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Ship_WithoutTemplates_NothingIsWrittenAndTheMendIsNamed()
    {
        await using var harness = await WindowHarness.StartAsync(hasTemplates: false);
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        await UntilAsync(() => harness.Shipper!.Status.Mend == "./run bootstrap");
        Assert.Empty(harness.Server.Indices);
        await harness.BootstrapAsync();
        await harness.ShippedAsync();
        Assert.Single(harness.Store.Read(WindowHarness.Schema, 5 * EventClock.Minute, WindowHarness.Day));
    }

    [Fact]
    public async Task Restart_GoesOnFromTheKeptPlace()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        await harness.ShippedAsync();
        await harness.StopAsync();
        harness.Write(WindowHarness.Window("b\0", 0, 2));
        var written = harness.Server.Written;
        harness.Start();
        await harness.ShippedAsync();
        Assert.Equal(written + 2, harness.Server.Written);
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Restart_FileWasCutAndWentOnDifferently_IsShippedAnew()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        var file = Directory.GetFiles(harness.Folder, "*.features").Single();
        var length = new FileInfo(file).Length;
        harness.Write(WindowHarness.Window("b\0", 0, 2));
        await harness.ShippedAsync();
        await harness.StopAsync();
        using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(length);
        }

        harness.Write(WindowHarness.Window("c\0", 0, 3), WindowHarness.Window("b\0", 0, 2), WindowHarness.Window("a-much-longer-key-than-before\0", 0, 4));
        harness.Start();
        await harness.ShippedAsync();
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Ship_UnfinishedOrDamagedEnd_HoldsNothingUp()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Write(WindowHarness.Window("a\0", 0, 1), WindowHarness.Window("a\0", 288, 2), WindowHarness.Window("a\0", 576, 3));
        harness.Sink.Dispose();
        var files = Directory.GetFiles(harness.Folder, "*.features").Order().ToList();
        File.AppendAllBytes(files[0], new byte[9]);
        var bytes = File.ReadAllBytes(files[1]);
        bytes[^3] ^= 1;
        File.WriteAllBytes(files[1], bytes);
        harness.Start();
        await harness.ShippedAsync();

        // An end that was given up waits for nobody, so it is no longer pending a moment before it is told of.
        for (var tries = 0; tries < 1000 && harness.Reports.Count == 0; tries++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
        Assert.Contains("1 damaged", Assert.Single(harness.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_PlacesAreLost_EverythingIsSentAgainAndNothingIsTwice()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write([.. Enumerable.Range(0, 30).Select(i => WindowHarness.Window($"user{i}\0", i, i))]);
        await harness.ShippedAsync();
        await harness.StopAsync();
        File.WriteAllText(Path.Combine(harness.Folder, WindowShipper.PlacesName), "nonsense\nx y z\n");
        harness.Start();
        await harness.ShippedAsync();
        Assert.Equal(31, harness.Server.AllDocuments("features-*").Count);
        Assert.Equal(WindowHarness.All(harness.Embedded), WindowHarness.All(harness.Store));
    }

    [Fact]
    public async Task Ship_HostileKeys_ArriveByteForByteAndChangeNoName()
    {
        await using var harness = await WindowHarness.StartAsync();
        string[] keys = ["\"},{\"_index\":\"x\0\n", "\u202e\u0007\\\0*", "é\ud83d\ude00\0", new string('k', 40_000) + "\0", "\0", "\0\0"];
        var raw = WindowHarness.Window("", 0, 9);
        raw.Key = [0xFF, 0xC3, 0x28, 0, 0xED, 0xA0, 0x80, (byte)'\n'];
        var evil = WindowHarness.Window("x\0", 0, 1);
        evil.Categories[0].Add(new SecStream.Core.Features.CategoryCount(1, "\"\n\u2028", 3));
        harness.Start();
        harness.Write([.. keys.Select((key, i) => WindowHarness.Window(key, 0, i)), raw, evil]);
        await harness.ShippedAsync();
        var windows = WindowHarness.All(harness.Embedded);
        Assert.Equal(windows, WindowHarness.All(harness.Store));
        Assert.Equal("features-secstream.api_key-acme_bank-2024.10", Assert.Single(harness.Server.Indices.Keys));
        Assert.Equal("features-secstream...____evil-acme_bank-2024.10", WindowIndices.Of(WindowHarness.Tenant, "../*, Evil", WindowHarness.Day));
    }

    [Fact]
    public async Task Read_OtherTenants_AreNotSeen()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        await harness.ShippedAsync();
        Assert.Empty(new ElasticsearchFeatureStore(harness.Client, "acme_bank", TimeProvider.System).Schemas());
        Assert.Empty(new ElasticsearchFeatureStore(harness.Client, "acme", TimeProvider.System).Schemas());
    }

    [Fact]
    public async Task Read_ForeignDocument_IsNamed()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        await harness.ShippedAsync();
        var stored = harness.Server.AllDocuments("features-*").Select(d => d.Document).Single(d => d.Json.GetProperty("secstream").GetProperty("kind").GetString() == "window");
        var vector = stored.Json.GetProperty("secstream").GetProperty("vector").GetString()!;
        stored.Source = System.Text.Encoding.UTF8.GetBytes(stored.Json.GetRawText().Replace(vector, vector[..^8], StringComparison.Ordinal));
        var fault = Assert.Throws<ElasticsearchException>(() => harness.Store.Read(WindowHarness.Schema, 5 * EventClock.Minute, WindowHarness.Day).ToList());
        Assert.Contains("features-secstream.api_key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ClusterIsBusyForAMoment_IsAskedAgain()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        await harness.ShippedAsync();
        await harness.Shipper!.DisposeAsync();
        harness.Server.Script.Enqueue(StrictReply.Overloaded);
        Assert.Single(harness.Store.Schemas());
    }

    [Fact]
    public async Task Shipped_WaitsForWhatWasWrittenSinceTheStart()
    {
        await using var harness = await WindowHarness.StartAsync();
        harness.Start();
        harness.Server.IsAway = true;
        harness.Write(WindowHarness.Window("a\0", 0, 1));
        var shipped = harness.Shipper!.ShippedAsync(default);
        await UntilAsync(() => harness.Shipper.Status.Error is not null);
        Assert.False(shipped.IsCompleted);
        harness.Server.IsAway = false;
        await shipped.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(harness.Store.Read(WindowHarness.Schema, 5 * EventClock.Minute, WindowHarness.Day));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static byte[] Record(string key)
    {
        var writer = new SecStream.Core.Text.ByteWriter();
        SecStream.Connectors.Features.FeatureRecord.Write(WindowHarness.Window(key, 0, 1), writer);
        return writer.Written.ToArray();
    }
}
