using System.Runtime.InteropServices;

namespace SecStream.Host.Serve;

/// <summary>
/// Who may read what the service writes. Journals, events and alerts hold what people logged in with, from where, and sometimes passwords that were
/// typed into the wrong field: they are for the service's user, and its group to read.
/// </summary>
internal static partial class FileRights
{
    // Octal 027: others may nothing, the group may not write. The systemd unit says the same.
    private const uint NotForOthers = 0b000_010_111;

    /// <summary>Files and folders that this process makes from now on are not for others. Does nothing where the system has no such call.</summary>
    public static void KeepFromOthers()
    {
        if (!OperatingSystem.IsWindows())
        {
            // What was stricter stays stricter.
            _ = SetMask(SetMask(NotForOthers) | NotForOthers);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint SetMask(uint mask);
}
