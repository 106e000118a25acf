using System.Net;

namespace SecStream.Connectors.Syslog;

/// <summary>How syslog over UDP is received.</summary>
public sealed record SyslogUdpOptions
{
    /// <summary>Address and port. Default 127.0.0.1:5514; port 0 takes a free one; [::] takes IPv4 too.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 5514);

    /// <summary>
    /// Receive buffer asked of the system, in bytes: it takes what comes while this process has no turn. Default 8 MiB; 64 KiB to 1 GiB.
    /// The system may give less (<see cref="SyslogUdpListener.ReceiveBufferBytes"/>).
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 8 << 20;

    /// <summary>Most bytes that wait for the journal; datagrams beyond are dropped and counted. Default 16 MiB; 128 KiB to 1 GiB.</summary>
    public int MaxWaitingBytes { get; init; } = 16 << 20;

    /// <summary>How long stopping waits for the journal. Default 5 s; 0 to 5 min.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the options, a sentence each that names the key; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems() =>
    [
        .. Problem(ReceiveBufferBytes is >= 64 << 10 and <= 1 << 30, nameof(ReceiveBufferBytes), ReceiveBufferBytes, "65536 (64 KiB) to 1073741824 (1 GiB)"),
        .. Problem(MaxWaitingBytes is >= 128 << 10 and <= 1 << 30, nameof(MaxWaitingBytes), MaxWaitingBytes, "131072 (128 KiB) to 1073741824 (1 GiB)"),
        .. Problem(StopGrace >= TimeSpan.Zero && StopGrace <= TimeSpan.FromMinutes(5), nameof(StopGrace), StopGrace, "0 to 5 minutes"),
    ];

    internal static IEnumerable<string> Problem(bool holds, string key, object value, string range) =>
        holds ? [] : [$"{key} is {value}; it must be {range}"];
}
