using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SecStream.Host.Service;

/// <summary>
/// Tells systemd how the service does (sd_notify): one datagram per message to the socket that <c>NOTIFY_SOCKET</c> names. Without it nothing is sent.
/// A message that does not get through is dropped: systemd's own timeouts are the judge then. Thread-safe.
/// </summary>
public sealed class SystemdNotify : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    /// <summary>Opens the socket.</summary>
    /// <param name="notifySocket">Value of <c>NOTIFY_SOCKET</c>: a path, or <c>@name</c> for the abstract name space; null or empty: none.</param>
    /// <param name="watchdogMicroseconds">Value of <c>WATCHDOG_USEC</c>, or null.</param>
    public SystemdNotify(string? notifySocket, string? watchdogMicroseconds)
    {
        if (notifySocket is not { Length: > 1 } || notifySocket[0] is not ('/' or '@'))
        {
            return;
        }

        _address = new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        WatchdogInterval = long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var span) && span is > 0 and < 86_400_000_000
            ? TimeSpan.FromMicroseconds(span / 2)
            : null;
    }

    /// <summary>How often <see cref="Watchdog"/> is to be called; null: nobody watches.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Somebody listens.</summary>
    public bool IsActive => _socket is not null;

    /// <summary>From the environment of this process.</summary>
    public static SystemdNotify FromEnvironment() =>
        new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), Environment.GetEnvironmentVariable("WATCHDOG_USEC"));

    /// <summary>The service is up, or has finished reloading.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The service reloads; <see cref="Ready"/> ends it.</summary>
    /// <param name="time">The clock; its monotonic timestamp is what systemd compares.</param>
    public void Reloading(TimeProvider time) => Send(string.Create(
        CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={(long)(time.GetTimestamp() * (1e6 / time.TimestampFrequency))}"));

    /// <summary>The service stops.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>The service is alive.</summary>
    public void Watchdog() => Send("WATCHDOG=1");

    /// <summary>What <c>systemctl status</c> shows.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>Asks for more time to stop or start, counted from now.</summary>
    public void ExtendTimeout(TimeSpan span) => Send(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)span.TotalMicroseconds}"));

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string message)
    {
        if (_socket is null)
        {
            return;
        }

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _address!);
        }
        catch (SocketException)
        {
            // systemd restarts, or its queue is full: the next message will do.
        }
    }
}
