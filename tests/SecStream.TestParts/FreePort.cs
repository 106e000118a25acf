using System.Net;
using System.Net.Sockets;

namespace SecStream.TestParts;

/// <summary>A port on loopback that nobody had a moment ago.</summary>
public static class FreePort
{
    /// <summary>Its number.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
