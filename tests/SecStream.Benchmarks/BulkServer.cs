using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecStream.Benchmarks;

/// <summary>
/// The least that answers as a cluster which takes everything: bodies are read and thrown away, each document is answered with its 201. A process of its
/// own, so that its work is not counted as ours.
/// </summary>
internal static class BulkServer
{
    private static ReadOnlySpan<byte> Item => "{\"create\":{\"status\":201}}"u8;

    public static async Task RunAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture));
        _ = Task.Run(() =>
        {
            // Whoever started it went away.
            while (Console.In.Read() >= 0)
            {
            }

            Environment.Exit(0);
        });
        while (true)
        {
            var socket = await listener.AcceptSocketAsync();
            socket.NoDelay = true;
            _ = Task.Run(() => ServeAsync(new NetworkStream(socket, ownsSocket: true)));
        }
    }

    private static async Task ServeAsync(NetworkStream stream)
    {
        var buffer = new byte[1 << 18];
        var filled = 0;
        while (true)
        {
            int end;
            while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled));
                if (read == 0)
                {
                    return;
                }

                filled += read;
            }

            var head = Encoding.ASCII.GetString(buffer, 0, end);
            var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            var left = at < 0 ? 0 : long.Parse(head.AsSpan(at + 16, (head + "\r").IndexOf('\r', at) - at - 16), CultureInfo.InvariantCulture);
            var (lines, rest) = (0, filled - end - 4);
            buffer.AsSpan(end + 4, rest).CopyTo(buffer);
            while (true)
            {
                var part = (int)Math.Min(left, rest);
                lines += buffer.AsSpan(0, part).Count((byte)'\n');
                left -= part;
                if (left == 0)
                {
                    buffer.AsSpan(part, rest - part).CopyTo(buffer);
                    filled = rest - part;
                    break;
                }

                rest = await stream.ReadAsync(buffer);
            }

            await stream.WriteAsync(Answer(head, lines / 2));
        }
    }

    private static byte[] Answer(string head, int documents)
    {
        var body = new MemoryStream();
        if (head.StartsWith("POST /_bulk", StringComparison.Ordinal))
        {
            body.Write("{\"errors\":false,\"items\":["u8);
            for (var i = 0; i < documents; i++)
            {
                body.Write(i == 0 ? ""u8 : ","u8);
                body.Write(Item);
            }

            body.Write("]}"u8);
        }
        else
        {
            body.Write(head.StartsWith("GET / ", StringComparison.Ordinal)
                ? "{\"cluster_name\":\"bench\",\"cluster_uuid\":\"x\",\"version\":{\"number\":\"8.17.0\"}}"u8
                : "{\"data_streams\":[]}"u8);
        }

        return
        [
            .. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body.ToArray(),
        ];
    }
}
