using System.Net;
using static SecStream.Connectors.Syslog.SyslogUdpOptions;

namespace SecStream.Connectors.Syslog;

/// <summary>How syslog over TCP is received. At worst a connection holds two frames of the longest kind: memory is bounded by their product.</summary>
public sealed record SyslogTcpOptions
{
    /// <summary>Address and port. Default 127.0.0.1:5514; port 0 takes a free one; [::] takes IPv4 too.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 5514);

    /// <summary>Longest frame, in bytes; what is longer is cut there, its rest skipped, and counted. Default 1 MiB; 1 KiB to 16 MiB.</summary>
    public int MaxFrameBytes { get; init; } = 1 << 20;

    /// <summary>Most connections at a time; further ones are closed at once and counted. Default 512; 1 to 65 535.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>
    /// A connection on which nothing came for so long is closed. Default 24 h; 1 s to 30 days. Long on purpose: a sender whose idle connection was
    /// closed notices only after it has lost a message (dead peers are found by keep-alive within minutes).
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long stopping waits for the journal. Default 5 s; 0 to 5 min.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the options, a sentence each that names the key; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems() =>
    [
        .. Problem(MaxFrameBytes is >= 1 << 10 and <= 16 << 20, nameof(MaxFrameBytes), MaxFrameBytes, "1024 (1 KiB) to 16777216 (16 MiB)"),
        .. Problem(MaxConnections is >= 1 and <= 65_535, nameof(MaxConnections), MaxConnections, "1 to 65535"),
        .. Problem(IdleTimeout >= TimeSpan.FromSeconds(1) && IdleTimeout <= TimeSpan.FromDays(30), nameof(IdleTimeout), IdleTimeout, "1 second to 30 days"),
        .. Problem(StopGrace >= TimeSpan.Zero && StopGrace <= TimeSpan.FromMinutes(5), nameof(StopGrace), StopGrace, "0 to 5 minutes"),
    ];
}
