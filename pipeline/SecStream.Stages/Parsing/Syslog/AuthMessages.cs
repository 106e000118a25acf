using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// Gives a syslog message its meaning: which program's family it belongs to, and who did what from where. What no family knows is an event
/// of dataset <c>syslog</c>.
/// </summary>
internal static class AuthMessages
{
    /// <summary>Interprets a message. <paramref name="program"/> may carry a module (<c>sshd(pam_unix)</c>) and may be empty.</summary>
    public static void Interpret(EventRecord record, ReadOnlySpan<byte> program, ReadOnlySpan<byte> message)
    {
        message = HeaderVariants.SkipMessageId(message).Trim(" \t"u8);
        var isSshd = program.StartsWith("sshd"u8);
        var known = (isSshd && SshdMessages.TryRead(record, message))
            || PamMessages.TryRead(record, program, message)
            || SudoMessages.TryRead(record, program, message);
        var isAuth = known || isSshd;
        record.SetText(Ecs.EventDataset, isAuth ? "system.auth"u8 : "syslog"u8);
        if (isAuth && !record.Has(Ecs.EventCategory))
        {
            record.SetText(Ecs.EventCategory, "authentication"u8);
        }
    }

    /// <summary>A failed login; a line that belongs to a login session says which of its kinds it is.</summary>
    public static void Failed(EventRecord record, ReadOnlySpan<byte> action, LoginLine line)
    {
        Outcome(record, action, success: false);
        record.LoginLine = line;
    }

    /// <summary>Action and outcome of an authentication event.</summary>
    public static void Outcome(EventRecord record, ReadOnlySpan<byte> action, bool success)
    {
        record.SetText(Ecs.EventCategory, "authentication"u8);
        record.SetText(Ecs.EventAction, action);
        record.SetText(Ecs.EventOutcome, success ? "success"u8 : "failure"u8);
    }

    /// <summary>Sets the user unless the name is empty (attackers send that too): nobody is not a key.</summary>
    public static void PutUser(EventRecord record, ReadOnlySpan<byte> name)
    {
        if (!name.IsEmpty)
        {
            record.Put(Ecs.UserName, name);
        }
    }
}
