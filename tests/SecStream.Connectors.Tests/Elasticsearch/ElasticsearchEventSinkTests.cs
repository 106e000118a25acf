using System.Text;
using System.Text.Json.Nodes;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchEventSinkTests
{
    [Fact]
    public async Task Write_Events_AreInTheirStreamsAsTheyWere()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        var now = EventSinkHarness.Now;
        harness.Sink.Write(EventSinkHarness.Output([(1, now), (2, now)]));
        harness.Sink.Write(EventSinkHarness.Output([(3, now)], days: 365));
        harness.Sink.Write(EventSinkHarness.Output([(4, now)], days: 8, dataset: ""));
        await harness.FlushedAsync();

        Assert.Equal(
            ["logs-secstream.generic.30d-acme", "logs-secstream.system.auth.30d-acme", "logs-secstream.system.auth.365d-acme"],
            harness.Server.Streams.Keys.Order());
        Assert.Equal("secstream-events-365d", harness.Server.Streams["logs-secstream.system.auth.365d-acme"].Template);
        Assert.Equal(EventSinkHarness.JsonOf(3, now), Encoding.UTF8.GetString(harness.Server.AllDocuments("logs-secstream.system.auth.365d-acme").Single().Document.Source));
        Assert.Equal([1, 2, 3, 4], harness.Numbers());
        var status = harness.Sink.Status;
        Assert.Equal((0, 4, 0, 0), (status.SpooledBytes, status.Sent, status.Conflicts, status.DeadLetters));
        Assert.Null(status.OldestUnsent);
        Assert.Empty(harness.Reports);
    }

    [Theory]
    [InlineData("../../etc/passwd", "logs-secstream..._.._etc_passwd.30d-acme")]
    [InlineData("a-b\",\"_id\":\"x", "logs-secstream.a_b____id___x.30d-acme")]
    [InlineData("WINDOWS*,_all", "logs-secstream.windows___all.30d-acme")]
    [InlineData("ü", "logs-secstream.__.30d-acme")]
    public async Task Write_HostileDataset_GetsASafeName(string dataset, string expected)
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Sink.Write(EventSinkHarness.Output([(1, EventSinkHarness.Now)], dataset: dataset));
        await harness.FlushedAsync();
        Assert.Equal(expected, Assert.Single(harness.Server.Streams.Keys));
    }

    [Fact]
    public async Task Write_HostileIds_AreReplacedByHashesAndStayApart()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        string[] ids = [new('x', 513), "\"}}\n{\"delete\":{\"_index\":\"*\"}}", "ä", "\\", "a b", "plain-1"];
        for (var turn = 0; turn < 2; turn++)
        {
            harness.Sink.Write(EventSinkHarness.Output(Enumerable.Range(0, ids.Length).Select(i => (i, EventSinkHarness.Now)), id: i => ids[i]));
        }

        await harness.FlushedAsync();
        var stored = harness.Server.AllDocuments().Select(document => document.Document.Id).ToList();
        Assert.Equal(ids.Length, stored.Count);
        Assert.Contains("plain-1", stored);
        Assert.Equal(ids.Length - 1, stored.Count(id => id.Length == 64));
        Assert.Empty(harness.Refused.Letters);
    }

    [Fact]
    public async Task Write_TooManyDatasets_ShareAStreamAlsoAfterARestart()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        for (var turn = 0; turn < 2; turn++)
        {
            foreach (var i in Enumerable.Range(0, 150).OrderBy(i => turn == 0 ? i : -i))
            {
                harness.Sink.Write(EventSinkHarness.Output([(i, EventSinkHarness.Now)], dataset: $"d{i}"));
            }

            await harness.FlushedAsync();
            Assert.Equal(101, harness.Server.Streams.Count);
            Assert.Equal(Enumerable.Range(0, 150), harness.Numbers());
            Assert.Equal(50, harness.Server.AllDocuments("logs-secstream.other.30d-acme").Count);
            await harness.CrashAsync(null);
        }
    }

    [Fact]
    public async Task Write_BeforeTemplatesAreInstalled_WaitsAndSaysSo()
    {
        await using var harness = await EventSinkHarness.StartAsync(installs: false);
        harness.Write(0, 100);
        await EventSinkHarness.UntilAsync(() => harness.Sink.Status.Error is not null, "the failure");
        Assert.Equal("./run bootstrap", harness.Sink.Status.Mend);
        Assert.Empty(harness.Server.Streams);
        await harness.InstallAsync();
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 100), harness.Numbers());
        await EventSinkHarness.UntilAsync(() => harness.Sink.Status.FailingSince is null, "health");
    }

    [Fact]
    public async Task Write_RefusedDocument_GoesAsTextAndFindsItsWayBack()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        var now = EventSinkHarness.Now;
        harness.Sink.Write(EventSinkHarness.Output([(1, now)], more: ",\"user\":\"not an object\""));
        harness.Sink.Write(EventSinkHarness.Output([(2, now), (3, now)]));
        harness.Sink.Write(EventSinkHarness.Output([(4, -5 * EventClock.Second)]));
        await harness.FlushedAsync();
        Assert.Equal([1, 2, 3, 4], harness.Numbers());
        Assert.Equal((4, 2, 0), (harness.Sink.Status.Sent, harness.Sink.Status.Unindexed, harness.Sink.Status.DeadLetters));
        var stored = harness.Server.AllDocuments().Single(document => document.Document.Id == EventSinkHarness.IdOf(1)).Document.Json;
        Assert.Equal(EventSinkHarness.JsonOf(1, now, ",\"user\":\"not an object\""), stored.GetProperty("secstream.unindexed").GetString());
    }

    [Fact]
    public async Task Write_DocumentRefusedForGood_IsADeadLetterWithTheReason()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.ItemFault = (_, id) => id == EventSinkHarness.IdOf(7) ? new StrictItemError(400, "document_parsing_exception", "no such luck") : null;
        var now = EventSinkHarness.Now;
        harness.Write(0, 20, now);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 20).Except([7]), harness.Numbers());
        var letter = JsonNode.Parse(Assert.Single(harness.Refused.Letters))!;
        Assert.Equal("document_parsing_exception: no such luck", letter["error"]!["message"]!.GetValue<string>());
        Assert.Equal(EventSinkHarness.JsonOf(7, now), Encoding.UTF8.GetString(Convert.FromBase64String(letter["bytes"]!.GetValue<string>())));
        Assert.Equal(1, harness.Sink.Status.DeadLetters);
        Assert.Contains("no such luck", Assert.Single(harness.Reports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "cluster_block_exception", "free disk space")]
    [InlineData(400, "validation_exception", "max_shards_per_node")]
    [InlineData(404, "index_not_found_exception", "bootstrap")]
    [InlineData(429, "es_rejected_execution_exception", "too much to do")]
    [InlineData(503, "unavailable_shards_exception", "_cluster/health")]
    public async Task Write_ClustersOwnTrouble_IsNoFaultOfTheEvent(int status, string type, string mend)
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.ItemFault = (_, _) => new StrictItemError(status, type, "not now");
        harness.Write(0, 50);
        await EventSinkHarness.UntilAsync(() => harness.Sink.Status.Error is not null, "the failure");
        Assert.Contains(type, harness.Sink.Status.Error, StringComparison.Ordinal);
        Assert.Contains(mend, harness.Sink.Status.Mend, StringComparison.Ordinal);
        Assert.NotNull(harness.Sink.Status.FailingSince);
        Assert.NotNull(harness.Sink.Status.OldestUnsent);
        harness.Server.ItemFault = null;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 50), harness.Numbers());
        Assert.Empty(harness.Refused.Letters);
    }

    [Fact]
    public async Task Write_RequestsTooLarge_AreHalvedAndALoneGiantIsADeadLetter()
    {
        await using var harness = await EventSinkHarness.StartAsync(server: new StrictElasticsearchOptions { MaxContentBytes = 60_000 });
        harness.Write(0, 2000);
        harness.Sink.Write(EventSinkHarness.Output([(2000, EventSinkHarness.Now)], more: $",\"big\":\"{new string('x', 70_000)}\""));
        harness.Write(2001, 500);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 2501).Except([2000]), harness.Numbers());
        Assert.Contains("413", JsonNode.Parse(Assert.Single(harness.Refused.Letters))!["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single(harness.Reports, report => report.Contains("http.max_content_length", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_DocumentLargerThanAChunkAndAFrame_Arrives()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.IsAway = true;
        for (var i = 0; i < 12; i++)
        {
            harness.Sink.Write(EventSinkHarness.Output([(i, EventSinkHarness.Now)], more: $",\"big\":\"{new string('x', 300_000 * (1 + (i % 4)))}\""));
        }

        harness.Server.IsAway = false;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 12), harness.Numbers());
    }

    [Fact]
    public async Task Write_RetryAfter_IsWaitedFor()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Write(0, 1);
        await harness.FlushedAsync();
        var asked = 0;
        harness.Server.Intercept = request => request.Path == "/_bulk" && asked++ == 0 ? StrictReply.Overloaded with { RetryAfter = "1" } : null;
        var begin = TimeProvider.System.GetTimestamp();
        harness.Write(1, 1);
        await harness.FlushedAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1], harness.Numbers());
    }

    [Fact]
    public async Task Write_SpoolFull_BlocksSaysSoAndGoesOn()
    {
        await using var harness = await EventSinkHarness.StartAsync(options => options with { SpoolBytes = 1 << 20 });
        harness.Server.Intercept = request => request.Path == "/_bulk" ? StrictReply.Unavailable : null;
        var writing = Task.Run(() => harness.Write(0, 20_000));
        await EventSinkHarness.UntilAsync(() => harness.Sink.Blocked is not null && harness.Sink.Blocked.Contains("master_not_discovered", StringComparison.Ordinal), "a full spool");
        Assert.InRange(harness.Sink.Status.SpooledBytes, (1 << 20) * 9 / 10, 1 << 20);
        Assert.False(writing.IsCompleted);
        harness.Server.Intercept = null;
        await writing.WaitAsync(TimeSpan.FromSeconds(60));
        await harness.FlushedAsync();
        Assert.Null(harness.Sink.Blocked);
        Assert.Equal(Enumerable.Range(0, 20_000), harness.Numbers());
    }

    [Fact]
    public async Task Write_SpoolFullAndTold_GivesUp()
    {
        await using var harness = await EventSinkHarness.StartAsync(options => options with { SpoolBytes = 100_000 });
        harness.Server.IsAway = true;
        var writing = Task.Run(() => harness.Write(0, 20_000));
        await EventSinkHarness.UntilAsync(() => harness.Sink.Blocked is not null, "a full spool");
        await harness.GiveUp.CancelAsync();
        var fault = await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Contains("is full", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_DiskFull_BlocksAndNothingIsLost()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        await harness.Sink.DisposeAsync();
        var isFull = true;
        harness.Tuning = EventSinkHarness.Quick with
        {
            WriteAt = (file, bytes, offset) =>
            {
                RandomAccess.Write(file, Volatile.Read(ref isFull) ? bytes[..(bytes.Length / 2)] : bytes, offset);
                if (Volatile.Read(ref isFull))
                {
                    throw new IOException("No space left on device");
                }
            },
        };
        harness.Open();

        // Memory holds 1.25 MB; what is more has to go to disk.
        harness.Server.IsAway = true;
        var writing = Task.Run(() => harness.Write(0, 20_000));
        await EventSinkHarness.UntilAsync(() => harness.Sink.Blocked is not null, "a full disk");
        Assert.Contains("No space left", harness.Sink.Blocked, StringComparison.Ordinal);
        Volatile.Write(ref isFull, false);
        await writing.WaitAsync(TimeSpan.FromSeconds(60));
        harness.Server.IsAway = false;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 20_000), harness.Numbers());
    }

    [Fact]
    public async Task Write_WithoutMarks_IsABug()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        var output = new IngestOutput(1);
        output.Events.Write("{}\n"u8);
        Assert.Throws<InvalidOperationException>(() => harness.Sink.Write(output));
    }

    [Fact]
    public async Task Write_MarksWithoutNames_AreReadFromTheDocument()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        var output = new IngestOutput(1);
        output.Events.Write(Encoding.UTF8.GetBytes(EventSinkHarness.JsonOf(9, EventSinkHarness.Now) + "\n"));
        output.Marks.Add(new EventMark(0, output.Events.Length, EventSinkHarness.Now, EventSinkHarness.Now, 30, 0, 0));
        harness.Sink.Write(output);
        await harness.FlushedAsync();
        Assert.Equal("logs-secstream.system.auth.30d-acme", Assert.Single(harness.Server.Streams.Keys));
        Assert.Equal([9], harness.Numbers());
    }
}
