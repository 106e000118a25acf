using System.Globalization;
using System.Net.Sockets;

namespace SecStream.Connectors.Syslog;

/// <summary>Datagrams that the system dropped because a socket's receive buffer was full. Linux tells; elsewhere it is not known.</summary>
internal sealed class UdpKernelDrops
{
    private readonly string? _inode;
    private readonly string _table;

    /// <summary>Looks up what the system calls the socket.</summary>
    public UdpKernelDrops(Socket socket)
    {
        _table = socket.AddressFamily == AddressFamily.InterNetworkV6 ? "/proc/net/udp6" : "/proc/net/udp";
        if (OperatingSystem.IsLinux())
        {
            var target = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget ?? "";
            _inode = target.StartsWith("socket:[", StringComparison.Ordinal) ? target[8..^1] : null;
        }
    }

    /// <summary>Number since the socket was made; 0 when it is not known.</summary>
    public long Read()
    {
        if (_inode is null)
        {
            return 0;
        }

        try
        {
            // sl local remote st tx:rx tr:when retransmit uid timeout INODE ref pointer DROPS
            foreach (var line in File.ReadLines(_table))
            {
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length >= 13 && columns[9] == _inode)
                {
                    return long.Parse(columns[12], CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            // A system that hides or words the table differently: the drops stay unknown, receiving goes on.
        }

        return 0;
    }
}
