using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SecStream.TestParts.Kafka;

/// <summary>A port on loopback that is kept from others while nobody listens on it: connections are refused.</summary>
internal sealed class HeldPort : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly Socket _socket;

    private HeldPort(Socket socket) => _socket = socket;

    /// <summary>Takes it; null: somebody else has it.</summary>
    public static HeldPort? TryTake(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Connections of the broker that was there may not be quite gone.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return new HeldPort(socket);
        }
        catch (SocketException)
        {
            // The caller asks again when it needs the port.
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Takes it, waiting for whoever has it.</summary>
    /// <exception cref="InvalidOperationException">Somebody has it for long.</exception>
    public static HeldPort Take(int port)
    {
        using var pause = new ManualResetEventSlim();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_patience; pause.Wait(20))
        {
            if (TryTake(port) is { } held)
            {
                return held;
            }
        }

        throw new InvalidOperationException($"mock cluster: port {port} of a broker was taken by another program");
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
