using System.Diagnostics;
using System.Globalization;

namespace SecStream.Integration.Tests.Stack;

/// <summary>
/// A real shipper: an rsyslogd of its own (Debian packages rsyslog, rsyslog-kafka) that follows a file and writes every line as a record to a topic, as it
/// stands. Lines wait while no broker answers. Ends with the test.
/// </summary>
internal sealed class RsyslogKafka : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secstream-rsyslog-");
    private readonly System.Text.StringBuilder _said = new();
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="brokers">Brokers, <c>host:port</c>.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="name">Name of the file it follows.</param>
    public RsyslogKafka(IEnumerable<string> brokers, string topic, string name = "auth.log")
    {
        File = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(File, "");
        var configuration = Path.Combine(_folder.FullName, "rsyslog.conf");
        System.IO.File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            global(workDirectory="{_folder.FullName}")
            module(load="imfile" mode="polling" pollingInterval="1")
            module(load="omkafka")
            template(name="line" type="string" string="%msg%")
            input(type="imfile" file="{File}" tag="shipped" ruleset="ship" reopenOnTruncate="on")
            ruleset(name="ship") {"{"}
              action(type="omkafka" broker=[{string.Join(',', brokers.Select(broker => $"\"{broker}\""))}] topic="{topic}" template="line" partitions.auto="on" resubmitOnFailure="on" keepFailedMessages="on"
                failedMsgFile="{Path.Combine(_folder.FullName, "failed")}" confParam=["message.timeout.ms=60000", "enable.idempotence=true", "reconnect.backoff.max.ms=500"] action.resumeRetryCount="-1" action.resumeInterval="1")
            {"}"}

            """));
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/rsyslogd", ["-n", "-f", configuration, "-i", Path.Combine(_folder.FullName, "pid")]) { RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_said)
            {
                _said.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>The file it follows.</summary>
    public string File { get; }

    /// <summary>What it said.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return (_process.HasExited ? $"rsyslogd has ended with {_process.ExitCode}\n" : "") + _said;
            }
        }
    }

    /// <summary>Appends lines to the file, as a daemon would.</summary>
    public void Append(IEnumerable<string> lines) => System.IO.File.AppendAllText(File, string.Concat(lines.Select(line => line + "\n")));

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
