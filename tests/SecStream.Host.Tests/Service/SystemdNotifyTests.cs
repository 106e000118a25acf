using System.Net.Sockets;
using System.Text;
using SecStream.Host.Service;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Service;

public sealed class SystemdNotifyTests
{
    [Fact]
    public void Messages_ArriveAsDatagrams()
    {
        using var folder = new TemporaryFolder();
        using var listener = Listen(folder.File("notify"));
        using var notify = new SystemdNotify(folder.File("notify"), "60000000");
        Assert.Equal((true, (TimeSpan?)TimeSpan.FromSeconds(30)), (notify.IsActive, notify.WatchdogInterval));
        notify.Ready("12 rules\nand more");
        notify.Watchdog();
        notify.Stopping();
        notify.ExtendTimeout(TimeSpan.FromSeconds(2));
        Assert.Equal("READY=1\nSTATUS=12 rules and more", Receive(listener));
        Assert.Equal("WATCHDOG=1", Receive(listener));
        Assert.Equal("STOPPING=1", Receive(listener));
        Assert.Equal("EXTEND_TIMEOUT_USEC=2000000", Receive(listener));
    }

    [Fact]
    public void Reloading_BearsTheMonotonicClockThatSystemdCompares()
    {
        using var folder = new TemporaryFolder();
        using var listener = Listen(folder.File("notify"));
        using var notify = new SystemdNotify(folder.File("notify"), null);
        Assert.Null(notify.WatchdogInterval);
        notify.Reloading(TimeProvider.System);
        var lines = Receive(listener).Split('\n');
        Assert.Equal("RELOADING=1", lines[0]);
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.StartsWith("MONOTONIC_USEC=", lines[1], StringComparison.Ordinal);
        // CLOCK_MONOTONIC leaves out the time a machine slept, and a container may have its own.
        Assert.InRange(long.Parse(lines[1]["MONOTONIC_USEC=".Length..]) / 1e6, 0.001, uptime + 5);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    public void WithoutSocket_NothingIsSent(string? socket)
    {
        using var notify = new SystemdNotify(socket, "1000");
        Assert.False(notify.IsActive);
        notify.Ready("fine");
    }

    [Fact]
    public void NobodyListens_IsNoFault()
    {
        using var folder = new TemporaryFolder();
        using var notify = new SystemdNotify(folder.File("gone"), null);
        notify.Ready("fine");
        notify.Watchdog();
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
