using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// OpenSSH server messages. The user name is the attacker's to choose and may look like the rest of the line, so the address is read from
/// the right: in <c>Failed password for invalid user root from 8.8.8.8 port 22 ssh2 from 203.0.113.7 port 4711 ssh2</c> the user is
/// <c>root from 8.8.8.8 port 22 ssh2</c>.
/// </summary>
internal static class SshdMessages
{
    public static bool TryRead(EventRecord record, ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            return false;
        }

        return message[0] switch
        {
            (byte)'F' => message.StartsWith("Failed "u8) && TryAttempt(record, message["Failed "u8.Length..], success: false),
            (byte)'A' => message.StartsWith("Accepted "u8) && TryAttempt(record, message["Accepted "u8.Length..], success: true),
            (byte)'I' => TryInvalidUser(record, message),
            (byte)'m' or (byte)'e' => TryExceeded(record, message),
            (byte)'R' or (byte)'C' or (byte)'D' => TryConnection(record, message),
            _ => false,
        };
    }

    /// <summary><c>METHOD for [invalid user ]NAME from ADDR port N ssh2[: key]</c>.</summary>
    private static bool TryAttempt(EventRecord record, ReadOnlySpan<byte> rest, bool success)
    {
        var method = SyslogHeader.TakeWord(ref rest);
        if (!rest.StartsWith("for "u8) || !TryOrigin(rest, out var origin))
        {
            return false;
        }

        var name = rest["for "u8.Length..];
        var invalid = !success && (name.StartsWith("invalid user "u8) || name.StartsWith("illegal user "u8));
        var nameStart = "for "u8.Length + (invalid ? "invalid user "u8.Length : 0);
        PutOrigin(record, in origin);
        AuthMessages.PutUser(record, nameStart <= origin.Start ? rest[nameStart..origin.Start] : default);
        record.Put(Ecs.SecstreamAuthenticationMethod, method);
        if (success)
        {
            AuthMessages.Outcome(record, "login_success"u8, success: true);
        }
        else if (method.SequenceEqual("none"u8))
        {
            // Clients ask "which methods are there?" by trying none; that is no attempt to get in.
            AuthMessages.Failed(record, "login_attempt"u8, LoginLine.None);
        }
        else
        {
            AuthMessages.Failed(record, "login_failed"u8, LoginLine.Failed);
        }

        return true;
    }

    /// <summary><c>Invalid user NAME from ADDR[ port N]</c>.</summary>
    private static bool TryInvalidUser(EventRecord record, ReadOnlySpan<byte> message)
    {
        const int prefix = 13;
        if (!(message.StartsWith("Invalid user "u8) || message.StartsWith("Illegal user "u8)) || !TryOrigin(message, out var origin))
        {
            return false;
        }

        PutOrigin(record, in origin);
        AuthMessages.PutUser(record, prefix <= origin.Start ? message[prefix..origin.Start] : default);
        AuthMessages.Failed(record, "login_failed_user_not_found"u8, LoginLine.InvalidUser);
        return true;
    }

    /// <summary><c>maximum authentication attempts exceeded for NAME from …</c>: the attempts have their own lines, so none is counted.</summary>
    private static bool TryExceeded(EventRecord record, ReadOnlySpan<byte> message)
    {
        message = message.StartsWith("error: "u8) ? message["error: "u8.Length..] : message;
        var prefix = "maximum authentication attempts exceeded for "u8;
        if (!message.StartsWith(prefix) || !TryOrigin(message, out var origin))
        {
            return false;
        }

        var name = message[prefix.Length..Math.Max(prefix.Length, origin.Start)];
        AuthMessages.PutUser(record, name.StartsWith("invalid user "u8) ? name["invalid user "u8.Length..] : name);
        PutOrigin(record, in origin);
        AuthMessages.Outcome(record, "login_attempts_exceeded"u8, success: false);
        return true;
    }

    /// <summary>Connections that come and go without a login: the address is the word before <c> port N</c>, else the word after the phrase.</summary>
    private static bool TryConnection(EventRecord record, ReadOnlySpan<byte> message)
    {
        if (message.StartsWith("Connection from "u8))
        {
            return PutPeer(record, message["Connection from "u8.Length..]);
        }

        if (message.StartsWith("Received disconnect from "u8))
        {
            return PutPeer(record, message["Received disconnect from "u8.Length..]);
        }

        if (message.StartsWith("Did not receive identification string from "u8))
        {
            return PutPeer(record, message["Did not receive identification string from "u8.Length..]);
        }

        var isClosed = message.StartsWith("Connection closed by "u8) || message.StartsWith("Connection reset by "u8)
            || message.StartsWith("Disconnected from "u8);
        if (!isClosed)
        {
            return false;
        }

        var port = message.LastIndexOf(" port "u8);
        var address = port < 0 ? message[(message.IndexOf("by "u8) + 3)..] : message[(message[..port].LastIndexOf((byte)' ') + 1)..];
        return PutPeer(record, address);
    }

    private static bool PutPeer(EventRecord record, ReadOnlySpan<byte> rest)
    {
        var address = SyslogHeader.TakeWord(ref rest).TrimEnd((byte)':');
        if (address.IsEmpty || address.SequenceEqual("UNKNOWN"u8))
        {
            return true;
        }

        SourceAddress.Put(record, address);
        if (rest.StartsWith("port "u8))
        {
            rest = rest["port "u8.Length..];
            record.PutDigits(Ecs.SourcePort, SyslogHeader.TakeWord(ref rest).TrimEnd((byte)':'));
        }

        record.SetText(Ecs.EventCategory, "network"u8);
        return true;
    }

    private static void PutOrigin(EventRecord record, in Origin origin)
    {
        // What sshd writes when the peer is already gone is nobody's address.
        if (!origin.Address.SequenceEqual("UNKNOWN"u8))
        {
            SourceAddress.Put(record, origin.Address);
        }

        record.PutDigits(Ecs.SourcePort, origin.Port);
    }

    /// <summary>Where the last <c> from ADDR[ port N]</c> that is followed only by what sshd itself writes begins, and its parts.</summary>
    private static bool TryOrigin(ReadOnlySpan<byte> text, out Origin origin)
    {
        var end = text.Length;
        // A key's comment may hold " from " too; a handful of tries is plenty and keeps hostile lines linear.
        for (var tries = 0; tries < 8; tries++)
        {
            var start = text[..end].LastIndexOf(" from "u8);
            if (start < 0)
            {
                break;
            }

            var rest = text[(start + " from "u8.Length)..];
            var address = SyslogHeader.TakeWord(ref rest);
            ReadOnlySpan<byte> port = default;
            if (rest.StartsWith("port "u8))
            {
                rest = rest["port "u8.Length..];
                port = SyslogHeader.TakeWord(ref rest).TrimEnd((byte)':');
            }

            if (!address.IsEmpty && IsTail(rest))
            {
                origin = new Origin(start, address, port);
                return true;
            }

            end = start;
        }

        origin = default;
        return false;
    }

    private static bool IsTail(ReadOnlySpan<byte> rest) =>
        rest.IsEmpty || rest.SequenceEqual("ssh2"u8) || rest.SequenceEqual("ssh1"u8) || rest.StartsWith("ssh2: "u8) || rest.StartsWith("ssh2 ["u8)
        || rest[0] == '[';

    private readonly ref struct Origin(int start, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
    {
        public int Start { get; } = start;

        public ReadOnlySpan<byte> Address { get; } = address;

        public ReadOnlySpan<byte> Port { get; } = port;
    }
}
