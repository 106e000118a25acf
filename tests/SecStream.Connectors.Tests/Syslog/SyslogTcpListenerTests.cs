using System.Net;
using System.Net.Sockets;
using System.Text;
using SecStream.Connectors.Syslog;

namespace SecStream.Connectors.Tests.Syslog;

public sealed class SyslogTcpListenerTests
{
    private static readonly SyslogTcpOptions s_options = new()
    {
        Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
        StopGrace = TimeSpan.FromMilliseconds(200),
    };

    [Fact]
    public async Task Connections_OfBothFramings_AllRecordsArrive()
    {
        var journal = new MemoryJournal();
        await using var listener = Start(journal);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async c =>
        {
            using var client = Connect(listener);
            for (var i = 0; i < 200; i++)
            {
                var message = $"<13>{c}/{i}";
                await SendAsync(client, c % 2 == 0 ? message + "\n" : $"{message.Length} {message}");
            }
        }));
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 4000 && listener.Counters.OpenConnections == 0);
        for (var c = 0; c < 20; c++)
        {
            var own = journal.Records.Where(r => r.StartsWith($"<13>{c}/", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, 200).Select(i => $"<13>{c}/{i}"), own);
        }

        Assert.Equal((20, 4000, 0), (listener.Counters.AcceptedConnections, listener.Counters.AppendedRecords, listener.Losses.Total));
    }

    /// <summary>The sender is held up, not cut off, and what it sent meanwhile is all there when the journal goes on.</summary>
    [Fact]
    public async Task JournalWaits_SenderIsHeldUpAndNothingIsLost()
    {
        var journal = new MemoryJournal();
        journal.Close();
        await using var listener = Start(journal);
        using var client = Connect(listener);
        client.SendBufferSize = 16 << 10;
        const int Lines = 20_000;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Lines; i++)
            {
                await SendAsync(client, $"<13>{i} {new string('x', 1000)}\n");
            }
        });
        await Task.WhenAny(sending, Task.Delay(300));
        Assert.False(sending.IsCompleted);
        Assert.True(listener.Counters.Bytes < 1 << 20);
        journal.Open();
        await sending;
        client.Dispose();
        await MemoryJournal.UntilAsync(() => listener.Counters.OpenConnections == 0);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"<13>{i}"), journal.Records.Select(r => r.Split(' ')[0]));
    }

    [Fact]
    public async Task JournalFails_RecordsAreKeptAndAppendedWhenItWorksAgain()
    {
        var journal = new MemoryJournal { Fails = true };
        await using var listener = Start(journal);
        using var client = Connect(listener);
        await SendAsync(client, "<13>one\n");
        await MemoryJournal.UntilAsync(() => listener.Counters.AppendRetries > 0);
        journal.Fails = false;
        await SendAsync(client, "<13>two\n");
        await MemoryJournal.UntilAsync(() => journal.Records is ["<13>one", "<13>two"]);
        Assert.Equal(0, listener.Losses.Total);
    }

    [Fact]
    public async Task Disconnect_InTheMiddle_LineIsTakenOctetCountedIsDroppedAndCounted()
    {
        var journal = new MemoryJournal();
        await using var listener = Start(journal);
        using (var client = Connect(listener))
        {
            await SendAsync(client, "<13>line without end");
        }

        using (var client = Connect(listener))
        {
            await SendAsync(client, "100 <13>promised more");
        }

        await MemoryJournal.UntilAsync(() => listener.Counters is { AcceptedConnections: 2, OpenConnections: 0 });
        Assert.Equal(["<13>line without end"], journal.Records);
        Assert.Equal((1, 1, 1), (listener.Counters.UnendedLines, listener.Counters.IncompleteRecords, listener.Losses.Total));
    }

    [Fact]
    public async Task Record_TooLong_IsCutAndCounted()
    {
        var journal = new MemoryJournal();
        await using var listener = Start(journal, s_options with { MaxFrameBytes = 1024 });
        using var client = Connect(listener);
        await SendAsync(client, $"<13>{new string('x', 100_000)}\n<13>next\n");
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 2);
        Assert.Equal([1024, 8], journal.Records.Select(r => r.Length));
        Assert.Equal((1, 1), (listener.Counters.TruncatedRecords, listener.Losses.Total));
    }

    [Fact]
    public async Task Connections_TooMany_AreClosedAndCountedAndRoomIsMadeByThoseThatEnd()
    {
        var journal = new MemoryJournal();
        await using var listener = Start(journal, s_options with { MaxConnections = 2 });
        using var first = Connect(listener);
        using var second = Connect(listener);
        using var third = Connect(listener);
        Assert.Equal(0, await third.ReceiveAsync(new byte[1]));
        Assert.Equal((1, 1), (listener.Counters.RefusedConnections, listener.Losses.Total));
        first.Dispose();
        await MemoryJournal.UntilAsync(() => listener.Counters.OpenConnections == 1);
        using var fourth = Connect(listener);
        await SendAsync(fourth, "<13>in\n");
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 1);
    }

    [Fact]
    public async Task Connection_Idle_IsClosedAfterWhatCameWasTaken()
    {
        var journal = new MemoryJournal();
        await using var listener = Start(journal, s_options with { IdleTimeout = TimeSpan.FromSeconds(1) });
        using var client = Connect(listener);
        await SendAsync(client, "<13>last words");
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]));
        await MemoryJournal.UntilAsync(() => journal.Records is ["<13>last words"]);
        Assert.Equal(1, listener.Counters.IdleConnections);
    }

    [Fact]
    public async Task Dispose_WhatHasArrivedIsAppendedAndTheConnectionClosed()
    {
        var journal = new MemoryJournal();
        var listener = Start(journal);
        using var client = Connect(listener);
        await SendAsync(client, string.Concat(Enumerable.Range(0, 5000).Select(i => $"<13>{i}\n")));
        await MemoryJournal.UntilAsync(() => listener.Counters.OpenConnections == 1);
        await listener.DisposeAsync();
        Assert.Equal(5000, journal.Records.Length);
        Assert.Throws<SocketException>(() => Connect(listener.LocalEndpoint));
    }

    [Fact]
    public async Task Dispose_JournalTakesNothing_EndsAfterTheGraceAndCounts()
    {
        var journal = new MemoryJournal();
        journal.Close();
        var listener = Start(journal);
        using var client = Connect(listener);
        await SendAsync(client, "<13>one\n<13>two\n");
        await MemoryJournal.UntilAsync(() => listener.Counters.Bytes == 16);
        await listener.DisposeAsync();
        Assert.Equal((2, 0), (listener.Losses.Total, listener.Counters.OpenConnections));
    }

    private static SyslogTcpListener Start(MemoryJournal journal, SyslogTcpOptions? options = null) =>
        SyslogTcpListener.Start(journal, options ?? s_options, TimeProvider.System);

    private static Socket Connect(SyslogTcpListener listener) => Connect(listener.LocalEndpoint);

    private static Socket Connect(IPEndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(endpoint);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text)
    {
        for (ReadOnlyMemory<byte> left = Encoding.UTF8.GetBytes(text); !left.IsEmpty;)
        {
            left = left[await socket.SendAsync(left, SocketFlags.None)..];
        }
    }
}
