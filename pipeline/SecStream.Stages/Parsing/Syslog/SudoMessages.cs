using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>sudo and su: who became whom, to run what.</summary>
internal static class SudoMessages
{
    public static bool TryRead(EventRecord record, ReadOnlySpan<byte> program, ReadOnlySpan<byte> message)
    {
        if (program.SequenceEqual("sudo"u8))
        {
            return TrySudo(record, message);
        }

        return program.SequenceEqual("su"u8) && TrySu(record, message);
    }

    /// <summary><c>alice : [complaint ; ]TTY=… ; PWD=… ; USER=root ; COMMAND=…</c>; the command is last and may hold anything.</summary>
    private static bool TrySudo(EventRecord record, ReadOnlySpan<byte> message)
    {
        message = message.TrimStart((byte)' ');
        var end = message.IndexOf(" : "u8);
        if (end <= 0)
        {
            return true;
        }

        var rest = message[(end + 3)..];
        var command = rest.IndexOf("COMMAND="u8);
        var head = command < 0 ? rest : rest[..command];
        AuthMessages.PutUser(record, message[..end]);
        var user = head.IndexOf("USER="u8);
        if (user >= 0)
        {
            var name = head[(user + "USER="u8.Length)..];
            record.Put(Ecs.UserEffectiveName, SyslogHeader.TakeWord(ref name));
        }

        if (command >= 0)
        {
            record.Put(Ecs.ProcessCommandLine, rest[(command + "COMMAND="u8.Length)..]);
        }

        var granted = rest.StartsWith("TTY="u8) || rest.StartsWith("PWD="u8) || rest.StartsWith("USER="u8);
        AuthMessages.Outcome(record, granted ? "privilege_access"u8 : "permission_denied"u8, granted);
        record.SetText(Ecs.EventCategory, "iam"u8);
        return true;
    }

    /// <summary>
    /// <c>Successful su for root by alice</c>, <c>FAILED su for root by alice</c>, <c>(to root) alice on pts/0</c>. The failed password itself
    /// has its PAM line.
    /// </summary>
    private static bool TrySu(EventRecord record, ReadOnlySpan<byte> message)
    {
        var failed = message.StartsWith("FAILED "u8);
        ReadOnlySpan<byte> who, target;
        var to = message.IndexOf("(to "u8);
        if (to >= 0 && message[to..].IndexOf(") "u8) is var close and > 0)
        {
            target = message[(to + 4)..(to + close)];
            who = message[(to + close + 2)..];
            who = SyslogHeader.TakeWord(ref who);
        }
        else
        {
            var at = message.IndexOf(" for "u8);
            var by = message.LastIndexOf(" by "u8);
            if (at < 0 || by < at + 5)
            {
                return true;
            }

            target = message[(at + 5)..by];
            who = message[(by + 4)..];
        }

        AuthMessages.PutUser(record, who);
        record.Put(Ecs.UserEffectiveName, target);
        AuthMessages.Outcome(record, failed ? "permission_denied"u8 : "privilege_access"u8, !failed);
        record.SetText(Ecs.EventCategory, "iam"u8);
        return true;
    }
}
