using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>The built program, as a process of its own.</summary>
internal static partial class HostProgram
{
    public const int Terminate = 15;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>The rules that come with it.</summary>
    public static string RulePack { get; } = Path.Combine(AppContext.BaseDirectory, "rules");

    public static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "SecStream.Host.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (var variable in (string[])["SECSTREAM_GEOIP", "SECSTREAM_CONFIG", "SECSTREAM_HOME", "NOTIFY_SOCKET", "JOURNAL_STREAM"])
        {
            start.Environment.Remove(variable);
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end; what it says when it fails is the message of the failure.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        using var limit = new CancellationTokenSource(s_limit);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}: exit code {process.ExitCode}: {await errors}");
        return await output;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Signal(int process, int signal);
}
