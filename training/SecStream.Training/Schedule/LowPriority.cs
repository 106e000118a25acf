using System.Runtime.InteropServices;

namespace SecStream.Training.Schedule;

/// <summary>Runs long computations beside work that must not wait: on a thread of its own that gets what processor time is left over.</summary>
public static partial class LowPriority
{
    private const int Process = 0;
    private const int ThisThread = 0;
    private const int Niceness = 15;

    /// <summary>Runs something on such a thread.</summary>
    public static async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, done)) { IsBackground = true, Name = "trainer" };
        thread.Start();
        return await done.Task.ConfigureAwait(false);
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            Yield();
            done.SetResult(work());
        }
        catch (OperationCanceledException fault)
        {
            done.SetCanceled(fault.CancellationToken);
        }
#pragma warning disable CA1031 // Whatever ended it is the awaiter's: it must not end the process from a thread.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            done.SetException(fault);
        }
    }

    /// <summary>The runtime's priorities mean nothing to Linux, where a thread has a niceness of its own. Where it can't be set, the thread runs as any other.</summary>
    private static void Yield()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, ThisThread, Niceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int value);
}
