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
}
