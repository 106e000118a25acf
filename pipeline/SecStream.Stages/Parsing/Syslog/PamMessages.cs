using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// PAM messages of any program, in the old shape (<c>sshd(pam_unix)[1]: authentication failure; …</c>) and the new one
/// (<c>sshd[1]: pam_unix(sshd:auth): authentication failure; …</c>).
/// </summary>
internal static class PamMessages
{
    public static bool TryRead(EventRecord record, ReadOnlySpan<byte> program, ReadOnlySpan<byte> message)
    {
        var isPam = program.EndsWith(")"u8) && program.Contains((byte)'(');
        var line = LoginLine.Pam;
        if (message.StartsWith("pam_"u8))
        {
            line = message.StartsWith("pam_unix"u8) ? LoginLine.Pam : LoginLine.PamStacked;
            var end = message[..Math.Min(message.Length, 64)].IndexOf("): "u8);
            if (end > 0)
            {
                message = message[(end + 3)..];
                isPam = true;
            }
        }

        else if (message.StartsWith("(pam_"u8) && message.IndexOf(") "u8) is var close and > 0 and < 64)
        {
            message = message[(close + 2)..];
            isPam = true;
        }

        return TryFailure(record, message, line) || (isPam && TrySession(record, message)) || isPam;
    }

    /// <summary><c>authentication failure; … rhost=ADDR  user=NAME</c> and <c>[PAM ]N more authentication failures; …</c>.</summary>
    private static bool TryFailure(EventRecord record, ReadOnlySpan<byte> message, LoginLine line)
    {
        var count = 1L;
        var rest = message.StartsWith("PAM "u8) ? message[4..] : message;
        if (!rest.IsEmpty && ByteText.IsDigit(rest[0]))
        {
            if (!ByteText.TryDigits(SyslogHeader.TakeWord(ref rest), out count) || !rest.StartsWith("more "u8))
            {
                return false;
            }

            rest = rest["more "u8.Length..];
        }

        if (!rest.StartsWith("authentication failure"u8))
        {
            return false;
        }

        // The remote host is PAM's own first one: the user's name comes after it and may hold another.
        var at = rest.IndexOf(" rhost="u8);
        if (at < 0)
        {
            return false;
        }

        ReadFailure(record, rest[(at + " rhost="u8.Length)..], count, line);
        return true;
    }

    private static void ReadFailure(EventRecord record, ReadOnlySpan<byte> rest, long count, LoginLine line)
    {
        var address = SyslogHeader.TakeWord(ref rest);
        rest = rest.TrimStart((byte)' ');
        if (rest.StartsWith("user="u8))
        {
            AuthMessages.PutUser(record, rest["user="u8.Length..].TrimEnd((byte)' '));
        }

        if (count != 1)
        {
            record.Count = (int)Math.Clamp(record.Count * Math.Min(count, Repetition.MaxCount), 1, Repetition.MaxCount);
            record.SetInteger(Ecs.SecstreamRepeatCount, record.Count);
        }

        // Without a remote host somebody at the machine itself failed: nothing that an address could be blamed for.
        SourceAddress.Put(record, address);
        AuthMessages.Failed(record, "login_failed"u8, address.IsEmpty ? LoginLine.None : line);
    }

    /// <summary><c>session opened for user NAME(uid=N) by (uid=0)</c>, <c>session closed for user NAME</c>.</summary>
    private static bool TrySession(EventRecord record, ReadOnlySpan<byte> message)
    {
        var opened = message.StartsWith("session opened for user "u8);
        if (!opened && !message.StartsWith("session closed for user "u8))
        {
            return false;
        }

        var name = message["session opened for user "u8.Length..];
        var by = opened ? name.LastIndexOf(" by "u8) : -1;
        name = by >= 0 ? name[..by] : name;
        var id = name.LastIndexOf("(uid="u8);
        AuthMessages.PutUser(record, id > 0 && name[^1] == ')' ? name[..id] : name);
        AuthMessages.Outcome(record, opened ? "login_session_opened"u8 : "logout"u8, success: true);
        return true;
    }
}
