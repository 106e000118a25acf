using System.Net;
using System.Net.Sockets;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>
/// Ports for a service that is killed and comes back on the same ones. They lie below the range that systems give to outgoing connections, so
/// that nobody gets one while the service is down; every call gives another one.
/// </summary>
internal static class FreePorts
{
    private const int First = 18_000;
    private const int Count = 12_000;
    private static int s_next = (int)((uint)Environment.ProcessId * 37 % Count);

    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("no free port");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var tcp = new TcpListener(IPAddress.Loopback, port);
            tcp.Start();
            using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            // Somebody has it.
            return false;
        }
    }
}
