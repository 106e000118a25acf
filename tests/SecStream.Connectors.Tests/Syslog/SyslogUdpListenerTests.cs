using System.Net;
using System.Net.Sockets;
using System.Text;
using SecStream.Connectors.Syslog;

namespace SecStream.Connectors.Tests.Syslog;

public sealed class SyslogUdpListenerTests
{
    private static readonly SyslogUdpOptions s_options = new()
    {
        Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
        MaxWaitingBytes = 128 << 10,
        StopGrace = TimeSpan.FromMilliseconds(50),
    };

    [Fact]
    public async Task Datagrams_AreRecordsWithoutTheirEnds()
    {
        var journal = new MemoryJournal();
        await using var listener = SyslogUdpListener.Start(journal, s_options, TimeProvider.System);
        Send(listener.LocalEndpoint, "<13>one", "<13>two\n", "<13>three\r\n\0", "\n", "", "<13>a\nb\n", new string('x', 60_000));
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 5 && listener.Datagrams == 7);
        Assert.Equal(["<13>one", "<13>two", "<13>three", "<13>a\nb", new string('x', 60_000)], journal.Records);
        Assert.Equal((2, 5, 0), (listener.EmptyDatagrams, listener.AppendedRecords, listener.Losses.Total));
    }

    [Fact]
    public async Task Endpoint_AllAddresses_TakesIPv4AndIPv6()
    {
        var journal = new MemoryJournal();
        await using var listener = SyslogUdpListener.Start(journal, s_options with { Endpoint = new IPEndPoint(IPAddress.IPv6Any, 0) }, TimeProvider.System);
        Send(new IPEndPoint(IPAddress.Loopback, listener.LocalEndpoint.Port), "<13>four");
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 1);
        Send(new IPEndPoint(IPAddress.IPv6Loopback, listener.LocalEndpoint.Port), "<13>six");
        await MemoryJournal.UntilAsync(() => journal.Records.Length == 2);
    }

    [Fact]
    public async Task JournalWaits_WhatItCannotHoldIsDroppedAndCounted()
    {
        var journal = new MemoryJournal();
        await using var listener = SyslogUdpListener.Start(journal, s_options, TimeProvider.System);
        journal.Close();
        var record = new string('x', 5000);
        for (var i = 0; i < 100; i++)
        {
            Send(listener.LocalEndpoint, record);
            await MemoryJournal.UntilAsync(() => listener.Datagrams == i + 1);
        }

        var loss = Assert.Single(listener.Losses.Stretches);
        Assert.InRange(loss.Count, 100 - (s_options.MaxWaitingBytes / 5000), 99);
        Assert.True(loss.Since <= loss.Until);
        journal.Open();
        await MemoryJournal.UntilAsync(() => journal.Records.Length + listener.Losses.Total == 100);
        Assert.Equal(100 - loss.Count, listener.AppendedRecords);
    }

    [Fact]
    public async Task JournalFails_LossIsCountedWithItsReasonAndReceivingGoesOn()
    {
        var journal = new MemoryJournal { Fails = true };
        await using var listener = SyslogUdpListener.Start(journal, s_options, TimeProvider.System);
        Send(listener.LocalEndpoint, "<13>lost");
        await MemoryJournal.UntilAsync(() => listener.Losses.Total == 1);
        Assert.Equal("No space left on device", Assert.Single(listener.Losses.Stretches).Reason);
        journal.Fails = false;
        Send(listener.LocalEndpoint, "<13>kept");
        await MemoryJournal.UntilAsync(() => journal.Records is ["<13>kept"]);
    }

    [Fact]
    public async Task Dispose_WhatHasArrivedIsAppended()
    {
        var journal = new MemoryJournal();
        var listener = SyslogUdpListener.Start(journal, s_options, TimeProvider.System);
        var endpoint = listener.LocalEndpoint;
        Send(endpoint, [.. Enumerable.Range(0, 50).Select(i => $"<13>{i}")]);
        await listener.DisposeAsync();
        Assert.Equal(50, journal.Records.Length);
        await listener.DisposeAsync();
        await using var again = SyslogUdpListener.Start(journal, s_options with { Endpoint = endpoint }, TimeProvider.System);
    }

    [Fact]
    public async Task Dispose_JournalTakesNothing_EndsAfterTheGraceAndCounts()
    {
        var journal = new MemoryJournal();
        journal.Close();
        var listener = SyslogUdpListener.Start(journal, s_options, TimeProvider.System);
        Send(listener.LocalEndpoint, "<13>one");
        await listener.DisposeAsync();
        Assert.Equal(1, listener.Losses.Total);
    }

    [Fact]
    public async Task SystemBufferFull_DropsOfTheSystemAreCounted()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // Elsewhere the system does not tell.
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4096 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var drops = new UdpKernelDrops(socket);
        Assert.Equal(0, drops.Read());
        Send((IPEndPoint)socket.LocalEndPoint!, [.. Enumerable.Repeat(new string('x', 1000), 100)]);
        await MemoryJournal.UntilAsync(() => drops.Read() > 0);
        Assert.InRange(drops.Read(), 50, 100);
    }

    [Fact]
    public async Task Start_AddressInUse_SaysWhatToDo()
    {
        await using var listener = SyslogUdpListener.Start(new MemoryJournal(), s_options, TimeProvider.System);
        var fault = Assert.Throws<IOException>(() => SyslogUdpListener.Start(new MemoryJournal(), s_options with { Endpoint = listener.LocalEndpoint }, TimeProvider.System));
        Assert.Contains($"{listener.LocalEndpoint}: another program has it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OptionOutOfRange_NamesIt() =>
        Assert.Contains(
            "ReceiveBufferBytes is 1",
            Assert.Throws<ArgumentException>(() => SyslogUdpListener.Start(new MemoryJournal(), s_options with { ReceiveBufferBytes = 1 }, TimeProvider.System)).Message,
            StringComparison.Ordinal);

    private static void Send(IPEndPoint endpoint, params string[] datagrams)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        foreach (var datagram in datagrams)
        {
            socket.SendTo(Encoding.UTF8.GetBytes(datagram), endpoint);
        }
    }
}
