using System.Diagnostics;
using System.Runtime;

namespace SecStream.Host.Benchmark;

/// <summary>Memory of this process between two points in time.</summary>
internal static class PeakMemory
{
    /// <summary>Collects all garbage, gives what is free back to the system and sets the peak to what is in use now; returns that, in bytes.</summary>
    public static long Settle()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or not allowed: then the peak is that of the whole process so far, an upper bound.
        }

        return Environment.WorkingSet;
    }

    /// <summary>The highest resident set since <see cref="Settle"/>, in bytes.</summary>
    public static long Read()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
