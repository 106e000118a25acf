using System.Net;
using System.Net.Sockets;

namespace SecStream.Connectors.Syslog;

/// <summary>Makes bound sockets.</summary>
internal static class ListenSocket
{
    /// <summary>Makes and binds a socket; [::] takes IPv4 too.</summary>
    /// <exception cref="IOException">The address can't be had; the message says what to do.</exception>
    public static Socket Bind(IPEndPoint endpoint, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(endpoint.AddressFamily, type, protocol);
        try
        {
            if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            return socket;
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            var mend = fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program has it; stop that, or use another port",
                SocketError.AccessDenied => "ports below 1024 need a right this process lacks; use a higher one, or give it CAP_NET_BIND_SERVICE",
                SocketError.AddressNotAvailable => "this machine has no such address; use one of its own, or 0.0.0.0 or [::] for all",
                _ => fault.Message,
            };
            throw new IOException($"syslog.{(protocol == ProtocolType.Udp ? "udp" : "tcp")} {endpoint}: {mend}", fault);
        }
    }
}
