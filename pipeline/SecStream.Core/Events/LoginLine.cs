namespace SecStream.Core.Events;

/// <summary>
/// The kinds of line by which a host reports one failed login attempt. Within one (host, process id) session a line counts as an attempt
/// only when the lines of its kind outnumber the attempts counted so far (REQUIREMENTS R, "Login attempts").
/// </summary>
public enum LoginLine : byte
{
    /// <summary>Not a failed-login line of a login session.</summary>
    None = 0,

    /// <summary>sshd <c>Failed METHOD for …</c>, method other than none.</summary>
    Failed = 1,

    /// <summary>sshd <c>Invalid user …</c>.</summary>
    InvalidUser = 2,

    /// <summary>PAM <c>authentication failure</c> with rhost, and <c>N more authentication failures</c>.</summary>
    Pam = 3,

    /// <summary>
    /// The same from another module than pam_unix (pam_sss, pam_winbind, pam_krb5 …): modules are stacked, so each writes a line about the one attempt.
    /// </summary>
    PamStacked = 4,
}

/// <summary>The names of login lines in documents (<c>secstream.login.line</c>).</summary>
public static class LoginLines
{
    /// <summary>The name of a kind; empty for none.</summary>
    public static ReadOnlySpan<byte> Name(LoginLine line) => line switch
    {
        LoginLine.Failed => "failed"u8,
        LoginLine.InvalidUser => "invalid_user"u8,
        LoginLine.Pam => "pam"u8,
        LoginLine.PamStacked => "pam_stacked"u8,
        _ => default,
    };

    /// <summary>The kind of a name; none for anything else.</summary>
    public static LoginLine Parse(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("failed"u8))
        {
            return LoginLine.Failed;
        }

        if (name.SequenceEqual("invalid_user"u8))
        {
            return LoginLine.InvalidUser;
        }

        return name.SequenceEqual("pam"u8) ? LoginLine.Pam : name.SequenceEqual("pam_stacked"u8) ? LoginLine.PamStacked : LoginLine.None;
    }
}
