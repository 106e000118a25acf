using System.Diagnostics;
using System.Globalization;

namespace SecStream.TestParts.Kafka;

/// <summary>Runs kcat (Debian package <c>kcat</c>): a client that is not ours, to see what others see.</summary>
public static class Kcat
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether it is installed.</summary>
    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "kcat")));

    /// <summary>Writes lines, one record each; a partition of -1: any. With a key separator, what comes before it in a line is the key.</summary>
    public static async Task ProduceAsync(string brokers, string topic, IEnumerable<string> lines, int partition = -1, string? keySeparator = null)
    {
        List<string> arguments = ["-P", "-b", brokers, "-t", topic, "-p", partition.ToString(CultureInfo.InvariantCulture)];
        if (keySeparator is not null)
        {
            arguments.AddRange(["-K", keySeparator]);
        }

        await RunAsync(arguments, string.Concat(lines.Select(line => line + "\n"))).ConfigureAwait(false);
    }

    /// <summary>Reads a topic from its beginning to its end, one line a record in kcat's format (<c>%t %p %o %k %s %h</c>; default the value).</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(string brokers, string topic, string format = "%s")
    {
        var output = await RunAsync(["-C", "-b", brokers, "-t", topic, "-o", "beginning", "-e", "-q", "-f", format + "\n"], "").ConfigureAwait(false);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Runs it with any arguments; what it wrote to its output.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took longer than 30 s.</exception>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, string input)
    {
        var start = new ProcessStartInfo("kcat", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var kcat = Process.Start(start) ?? throw new InvalidOperationException("kcat could not be started");
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            var output = kcat.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = kcat.StandardError.ReadToEndAsync(patience.Token);
            await kcat.StandardInput.WriteAsync(input.AsMemory(), patience.Token).ConfigureAwait(false);
            kcat.StandardInput.Close();
            await kcat.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return kcat.ExitCode == 0
                ? await output.ConfigureAwait(false)
                : throw new InvalidOperationException($"kcat ended with {kcat.ExitCode}: {await errors.ConfigureAwait(false)}");
        }
        catch (OperationCanceledException)
        {
            kcat.Kill();
            throw new InvalidOperationException($"kcat was not done after {s_patience.TotalSeconds} s: {string.Join(' ', start.ArgumentList)}");
        }
    }
}
