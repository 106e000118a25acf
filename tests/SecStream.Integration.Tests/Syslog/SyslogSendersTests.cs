using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using SecStream.Connectors.Journal;
using SecStream.Connectors.Syslog;
using SecStream.Core.Pipeline;

namespace SecStream.Integration.Tests.Syslog;

/// <summary>What real senders deliver is in a real journal, whole, in order, once.</summary>
public sealed class SyslogSendersTests : IDisposable
{
    private static readonly IPEndPoint s_free = new(IPAddress.Loopback, 0);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("secstream-syslog-").FullName;

    [Theory]
    [InlineData("octet-counted")]
    [InlineData("traditional")]
    public async Task Rsyslog_OverTcp_EveryLineArrives(string framing)
    {
        using var journal = Journal();
        await using var listener = SyslogTcpListener.Start(journal, new() { Endpoint = s_free }, TimeProvider.System);
        using var rsyslog = new RsyslogSender(listener.LocalEndpoint, $"protocol=\"tcp\" TCP_Framing=\"{framing}\"", Lines(5000));
        await UntilAsync(() => listener.Counters.AppendedRecords >= 5000);
        AssertLines(5000, journal);
        Assert.Equal(0, listener.Losses.Total);
    }

    [Fact]
    public async Task Rsyslog_OverUdp_EveryLineArrivesOrIsCountedAsLost()
    {
        using var journal = Journal();
        await using var listener = SyslogUdpListener.Start(journal, new() { Endpoint = s_free }, TimeProvider.System);
        using var rsyslog = new RsyslogSender(listener.LocalEndpoint, "protocol=\"udp\"", Lines(1000));
        await UntilAsync(() => listener.AppendedRecords + listener.Losses.Total >= 1000);
        Assert.Equal(1000, Numbers(journal).Distinct().Count() + listener.Losses.Total);
        Assert.True(listener.AppendedRecords > 500);
    }

    /// <summary>The journal takes 64 KiB and waits; rsyslog has to keep what it has until somebody makes room, again and again.</summary>
    [Fact]
    public async Task Rsyslog_WhileTheJournalWaits_LosesNothing()
    {
        using var journal = Journal(new() { SegmentBytes = 64 << 10, MaxBytes = 64 << 10, MinFreeBytes = 0 });
        await using var listener = SyslogTcpListener.Start(journal, new() { Endpoint = s_free }, TimeProvider.System);
        using var source = new JournalSource(journal, "default");
        using var rsyslog = new RsyslogSender(listener.LocalEndpoint, "protocol=\"tcp\" TCP_Framing=\"octet-counted\"", Lines(5000));
        await UntilAsync(() => journal.IsFull || journal.WaitingAppends > 0);
        var numbers = new List<int>();
        await UntilAsync(() =>
        {
            numbers.AddRange(Numbers(source));
            journal.Release(source.Position);
            return numbers.Count >= 5000;
        });
        Assert.Equal(Enumerable.Range(0, 5000), numbers);
        Assert.Empty(source.Gaps);
    }

    [Theory]
    [InlineData("--udp")]
    [InlineData("--tcp")]
    [InlineData("--tcp", "--octet-count", "--rfc5424")]
    public async Task Logger_MessageOfEachKind_Arrives(params string[] options)
    {
        using var journal = Journal();
        await using var udp = SyslogUdpListener.Start(journal, new() { Endpoint = s_free }, TimeProvider.System);
        await using var tcp = SyslogTcpListener.Start(journal, new() { Endpoint = s_free }, TimeProvider.System);
        var port = (options[0] == "--udp" ? udp.LocalEndpoint : tcp.LocalEndpoint).Port;
        using var logger = Process.Start("logger", [.. options, "--server", "127.0.0.1", "--port", $"{port}", "--tag", "app", "a message for the journal"]);
        await logger.WaitForExitAsync();
        await UntilAsync(() => journal.AppendedRecords == 1);
        var record = Assert.Single(Texts(new JournalSource(journal, "default")));
        Assert.StartsWith("<", record, StringComparison.Ordinal);
        Assert.EndsWith("a message for the journal", record, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(i => $"number={i} Failed password for root from 203.0.113.7 port 4711 ssh2");

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private static void AssertLines(int count, RecordJournal journal) => Assert.Equal(Enumerable.Range(0, count), Numbers(journal));

    private static List<int> Numbers(RecordJournal journal)
    {
        using var source = new JournalSource(journal, "default");
        return Numbers(source);
    }

    private static List<int> Numbers(JournalSource source) => Texts(source).ConvertAll(text =>
    {
        var number = text[(text.IndexOf("number=", StringComparison.Ordinal) + 7)..];
        return int.Parse(number[..number.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    });

    private static List<string> Texts(JournalSource source)
    {
        var texts = new List<string>();
        var batch = new RecordBatch();
        for (batch.Reset(0); source.TryRead(batch); batch.Reset(0))
        {
            texts.AddRange(batch.Records.Select(r => Encoding.UTF8.GetString(batch.Buffer, r.Start, r.Length)));
        }

        return texts;
    }

    private RecordJournal Journal(JournalOptions? options = null) =>
        RecordJournal.Open(Path.Combine(_folder, "journal"), "syslog", options ?? new() { MinFreeBytes = 0 }, TimeProvider.System);
}
