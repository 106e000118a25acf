using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Benchmark;

/// <summary>One pass over the lines of a file on one thread, as the pipeline reads them: in batches that have just come from the page cache.</summary>
internal static class Lines
{
    /// <summary>Runs the work on every batch and measures it alone, without the reading.</summary>
    public static PassTime Measure(string path, Action<RecordBatch> work)
    {
        using var source = new FileSource(path, "default");
        var batch = new RecordBatch();
        long lines = 0;
        long nanoseconds = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        while (!source.HasEnded)
        {
            batch.Reset(0);
            if (!source.TryRead(batch))
            {
                break;
            }

            lines += batch.Records.Count;
            var started = CpuClock.ThreadNanoseconds();
            work(batch);
            nanoseconds += CpuClock.ThreadNanoseconds() - started;
        }

        return new PassTime(lines, nanoseconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}

/// <summary>What a pass over the lines took.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="Nanoseconds">CPU time of the work.</param>
/// <param name="AllocatedBytes">Allocated by the thread, the reading included.</param>
internal readonly record struct PassTime(long Lines, long Nanoseconds, long AllocatedBytes)
{
    /// <summary>CPU nanoseconds for an event.</summary>
    public double PerEvent => (double)Nanoseconds / Math.Max(1, Lines);
}
