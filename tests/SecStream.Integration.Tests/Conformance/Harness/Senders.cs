using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Somebody who delivers events.</summary>
internal interface IEventSender : IDisposable
{
    /// <summary>Returns when they are accepted for good; throws when that cannot be told, and then they have to be sent again.</summary>
    Task SendAsync(IReadOnlyList<string> lines);
}

/// <summary><c>POST /ingest</c>: accepted is what was answered with 200.</summary>
internal sealed class IngestSender(ServiceProcess service) : IEventSender
{
    private bool _asArray;

    public async Task SendAsync(IReadOnlyList<string> lines)
    {
        _asArray = !_asArray;
        using var content = _asArray
            ? new StringContent("[" + string.Join(",\n", lines) + "]", Encoding.UTF8, "application/json")
            : new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
        using var answer = await service.Client.PostAsync("/ingest", content);
        answer.EnsureSuccessStatusCode();
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(lines.Count, said.RootElement.GetProperty("accepted").GetInt32());
    }

    public void Dispose()
    {
        // The client is the service's.
    }
}

/// <summary><c>POST /_bulk</c>: accepted is what the answer says item by item.</summary>
internal sealed class BulkSender(ServiceProcess service) : IEventSender
{
    public async Task SendAsync(IReadOnlyList<string> lines)
    {
        var body = new StringBuilder();
        foreach (var line in lines)
        {
            body.Append("{\"create\":{}}\n").Append(line).Append('\n');
        }

        using var content = new StringContent(body.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var answer = await service.Client.PostAsync("/logs-test-default/_bulk", content);
        answer.EnsureSuccessStatusCode();
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.False(said.RootElement.GetProperty("errors").GetBoolean());
        Assert.Equal(lines.Count, said.RootElement.GetProperty("items").GetArrayLength());
    }

    public void Dispose()
    {
        // The client is the service's.
    }
}

/// <summary>
/// Syslog over TCP, which has no acknowledgement: what was written counts as accepted when the journal has taken as many records since the process
/// began. The connections belong to one life of the process, and so does the count.
/// </summary>
internal sealed class TcpSender(ServiceProcess service, int port, int batch) : IEventSender
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient?[] _connections = new TcpClient?[2];
    private int _life;
    private int _turn;
    private long _sent;
    private bool _isBroken;

    public async Task SendAsync(IReadOnlyList<string> lines)
    {
        if (_life != service.Starts)
        {
            Dispose();
            (_life, _sent, _isBroken) = (service.Starts, 0, false);
        }

        if (_isBroken)
        {
            throw new IOException("the service is going down");
        }

        await WriteAsync(lines);
        await UntilTakenAsync();
        _isBroken = false;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }

        Array.Clear(_connections);
    }

    private async Task WriteAsync(IReadOnlyList<string> lines)
    {
        foreach (var some in lines.Chunk(batch))
        {
            var counted = (_turn++ & 1) == 1;
            var connection = _connections[counted ? 1 : 0] ??= await ConnectAsync();

            // Until all is known to be taken: whoever fails between cannot tell how much was, and only the next life counts anew.
            _isBroken = true;
            await connection.GetStream().WriteAsync(Frames(some, counted));
            _sent += some.Length;
        }
    }

    private static ReadOnlyMemory<byte> Frames(string[] lines, bool counted)
    {
        var frames = new MemoryStream();
        foreach (var line in lines)
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            frames.Write(Encoding.ASCII.GetBytes(counted ? bytes.Length.ToString(CultureInfo.InvariantCulture) + " " : ""));
            frames.Write(bytes);
            frames.Write(counted ? [] : "\n"u8);
        }

        return frames.GetBuffer().AsMemory(0, (int)frames.Length);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
        }
        catch
        {
            client.Dispose();
            throw;
        }

        if (_life == service.Starts)
        {
            return client;
        }

        client.Dispose();
        throw new IOException("the service was started anew meanwhile");
    }

    private async Task UntilTakenAsync()
    {
        var limit = DateTime.UtcNow + s_patience;
        while (await TakenAsync() < _sent)
        {
            Assert.True(DateTime.UtcNow < limit, "syslog over TCP: not everything that was sent was taken");
            await Task.Delay(10);
        }
    }

    private async Task<long> TakenAsync()
    {
        if (_life != service.Starts)
        {
            throw new IOException("the service was started anew meanwhile");
        }

        try
        {
            var stats = await service.GetAsync("/api/v1/stats");
            var taken = stats.GetProperty("journals").EnumerateArray().First(j => j.GetProperty("name").GetString() == "syslog-tcp").GetProperty("records").GetInt64();
            return _life == service.Starts ? taken : 0;
        }
        catch (HttpRequestException)
        {
            // It has just begun and takes syslog but no questions yet, or it is gone: then another life will begin.
            return 0;
        }
    }
}

/// <summary>Datagrams, at a pace that a receiver can keep. Nobody says whether they came.</summary>
internal sealed class UdpSender(int port) : IEventSender
{
    private const int Breath = 25;
    private readonly UdpClient _client = new();

    public async Task SendAsync(IReadOnlyList<string> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            try
            {
                await _client.SendAsync(Encoding.UTF8.GetBytes(lines[i]), new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                // Nobody listens just now: the datagram is lost, as datagrams are.
            }

            if (i % Breath == Breath - 1)
            {
                await Task.Delay(2);
            }
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Appends to a file as programs do, in pieces that end anywhere; rotates it by renaming.</summary>
internal sealed class FileSender(string path) : IEventSender
{
    private int _generation;

    public async Task SendAsync(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var cut = bytes.Length / 3;
        await file.WriteAsync(bytes.AsMemory(0, cut));
        await Task.Yield();
        await file.WriteAsync(bytes.AsMemory(cut));
    }

    public void Rotate()
    {
        if (File.Exists(path))
        {
            File.Move(path, string.Create(CultureInfo.InvariantCulture, $"{path}.{++_generation}"));
        }
    }

    public void Dispose()
    {
        // The file is closed after every piece.
    }
}
