using System.Diagnostics;

namespace SecStream.Host.Tests.Harness;

/// <summary>What a run of the program gave.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the built program as a person would: its own process, its own folder.</summary>
internal static class HostProcess
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public static Task<HostResult> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    /// <summary>Runs it with environment variables set.</summary>
    public static async Task<HostResult> RunAsync(string folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(System.IO.Path.Combine(AppContext.BaseDirectory, "SecStream.Host.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment.Remove("SECSTREAM_GEOIP");
        start.Environment.Remove("SECSTREAM_CONFIG");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new HostResult(process.ExitCode, await output, await errors);
    }
}
