using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace SecStream.Integration.Tests.Syslog;

/// <summary>A real rsyslogd of its own that reads a file and forwards its lines.</summary>
internal sealed class RsyslogSender : IDisposable
{
    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("secstream-rsyslog-").FullName;

    /// <summary>Starts it; <paramref name="action"/> are the parameters of omfwd besides target and port.</summary>
    public RsyslogSender(IPEndPoint target, string action, IEnumerable<string> lines)
    {
        var (input, configuration) = (Path.Combine(_folder, "input.log"), Path.Combine(_folder, "rsyslog.conf"));
        File.WriteAllLines(input, lines);
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            global(workDirectory="{_folder}")
            module(load="imfile" mode="polling" pollingInterval="1")
            input(type="imfile" file="{input}" tag="app:")
            action(type="omfwd" target="{target.Address}" port="{target.Port}" {action} queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="1")

            """));
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/rsyslogd", ["-n", "-f", configuration, "-i", Path.Combine(_folder, "pid")])
        {
            RedirectStandardError = true,
        })!;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
