using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecStream.Connectors.Redis;

/// <summary>
/// A plain connection for questions about the server. The client package tells only that there is no connection; this tells why, in the
/// server's words. Answers are bounded in size and time. Not thread-safe.
/// </summary>
internal sealed class RedisProbe : IDisposable
{
    private const int MaxLine = 64 * 1024;
    private const int MaxText = 1 << 20;
    private const int MaxItems = 1024;

    private readonly TcpClient _client = new() { NoDelay = true };
    private Stream _stream = Stream.Null;

    private RedisProbe()
    {
    }

    /// <summary>Connects and makes itself known.</summary>
    /// <exception cref="RedisUnavailableException">It can't; the message names the server and says why.</exception>
    public static async Task<RedisProbe> ConnectAsync(RedisOptions options, string endpoint, TimeProvider time, CancellationToken cancellation)
    {
        var probe = new RedisProbe();
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await probe.OpenAsync(options, endpoint, either.Token).ConfigureAwait(false);
            return probe;
        }
        catch (Exception fault)
        {
            probe.Dispose();
            throw fault switch
            {
                OperationCanceledException when cancellation.IsCancellationRequested => fault,
                RedisUnavailableException => fault,
                OperationCanceledException => new RedisUnavailableException($"redis {endpoint} does not answer within {options.ConnectTimeout.TotalSeconds:0.#} s{(options.Tls ? "; it may speak no TLS on this port" : "")}", fault),
                SocketException or IOException or AuthenticationException or FormatException
                    => new RedisUnavailableException($"redis {endpoint}: {Reason(fault, options)}", fault),
                _ => new RedisUnavailableException($"redis {endpoint}: {fault.GetType().Name}: {fault.Message}", fault),
            };
        }
    }

    /// <summary>Asks; an error comes back as a text that begins with <c>-</c>.</summary>
    public async Task<string> AskAsync(CancellationToken cancellation, params string[] command)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var part in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        }

        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation).ConfigureAwait(false);
        return await ReadAsync(0, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private async Task OpenAsync(RedisOptions options, string endpoint, CancellationToken cancellation)
    {
        var (host, port) = RedisPackage.Endpoint(endpoint);
        await _client.ConnectAsync(host, port, cancellation).ConfigureAwait(false);
        _stream = _client.GetStream();
        if (options.Tls)
        {
            var authorities = options.AuthorityFile is { } file ? RedisTrust.Load(file) : null;
            var tls = new SslStream(_stream, false, (_, certificate, _, errors) => authorities is null
                ? errors == SslPolicyErrors.None
                : RedisTrust.IsTrusted(certificate as X509Certificate2, errors, authorities));
            _stream = tls;
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancellation).ConfigureAwait(false);
        }

        if (RedisPassword.Read(options) is { } password)
        {
            var answer = await AskAsync(cancellation, options.Username is { } user ? ["AUTH", user, password] : ["AUTH", password]).ConfigureAwait(false);
            if (answer.StartsWith('-'))
            {
                throw new RedisUnavailableException($"redis {endpoint}: {answer[1..]}");
            }
        }

        var pong = await AskAsync(cancellation, "PING").ConfigureAwait(false);
        if (pong.StartsWith('-'))
        {
            throw new RedisUnavailableException($"redis {endpoint}: {pong[1..]}");
        }

        if (options.Database != 0 && await AskAsync(cancellation, "SELECT", options.Database.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false) is ['-', ..] refusal)
        {
            throw new RedisUnavailableException($"redis {endpoint}: database {options.Database}: {refusal[1..]}");
        }
    }

    private static string Reason(Exception fault, RedisOptions options) => fault switch
    {
        AuthenticationException => $"TLS: {fault.Message} {fault.InnerException?.Message}".TrimEnd(),
        IOException when options.Tls => "TLS: the server ended the connection; it may speak no TLS on this port",
        IOException => "the server ended the connection; it may speak TLS only on this port",
        FormatException => fault.Message,
        _ => fault.Message,
    };

    /// <summary>One answer as text: lists one item a line.</summary>
    private async Task<string> ReadAsync(int depth, CancellationToken cancellation)
    {
        var line = await ReadLineAsync(cancellation).ConfigureAwait(false);
        var rest = line.Length > 1 ? line[1..] : "";
        switch (line.Length > 0 ? line[0] : ' ')
        {
            case '+' or ':':
                return rest;
            case '-':
                return line;
            case '$' when int.TryParse(rest, out var length) && length <= MaxText:
                return length < 0 ? "" : await ReadTextAsync(length, cancellation).ConfigureAwait(false);
            case '*' when depth < 4 && int.TryParse(rest, out var count) && count <= MaxItems:
                var items = new List<string>();
                for (var i = 0; i < count; i++)
                {
                    items.Add(await ReadAsync(depth + 1, cancellation).ConfigureAwait(false));
                }

                return string.Join('\n', items);
            default:
                throw new FormatException("what answers there is no Redis");
        }
    }

    private async Task<string> ReadTextAsync(int length, CancellationToken cancellation)
    {
        var bytes = new byte[length + 2];
        await _stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < MaxLine)
        {
            await _stream.ReadExactlyAsync(one, cancellation).ConfigureAwait(false);
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        throw new FormatException("what answers there is no Redis");
    }
}
