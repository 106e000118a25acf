using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SecStream.Host.Benchmark;

/// <summary>CPU time of the calling thread, which other programs on the machine disturb less than the wall clock.</summary>
internal static partial class CpuClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Nanoseconds of CPU time this thread has used; wall-clock nanoseconds where the system has no such clock.</summary>
    public static long ThreadNanoseconds() =>
        OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0
            ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
            : (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
