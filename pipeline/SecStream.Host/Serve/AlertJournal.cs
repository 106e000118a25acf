using SecStream.Core.Alerts;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <summary>
/// Appends every revision of every alert and incident to <c>alerts.ndjson</c> and <c>incidents.ndjson</c>; the last revision of an id counts.
/// After a crash a revision may stand there twice: (id, revision) tells.
/// </summary>
internal sealed class AlertJournal : IAlertOutput, IDisposable
{
    private readonly FileStream _alerts;
    private readonly FileStream _incidents;
    private readonly Action<AlertChange> _announce;

    /// <summary>Opens the journals in a folder; <paramref name="announce"/> sees every change after it is written.</summary>
    public AlertJournal(string directory, Action<AlertChange> announce)
    {
        Directory.CreateDirectory(directory);
        _alerts = Open(Path.Combine(directory, "alerts.ndjson"));
        _incidents = Open(Path.Combine(directory, "incidents.ndjson"));
        _announce = announce;
    }

    /// <inheritdoc/>
    public void OnAlert(in AlertChange change)
    {
        Append(_alerts, change);
        _announce(change);
    }

    /// <inheritdoc/>
    public void OnIncident(in AlertChange change) => Append(_incidents, change);

    /// <summary>Makes what was written durable.</summary>
    public void Flush()
    {
        _alerts.Flush(flushToDisk: true);
        _incidents.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alerts.Dispose();
        _incidents.Dispose();
    }

    private static void Append(FileStream file, in AlertChange change)
    {
        var line = new byte[change.Document.Length + 1];
        change.Document.Span.CopyTo(line);
        line[^1] = (byte)'\n';
        file.Write(line);
    }

    /// <summary>Opens for appending; a line torn by a crash is cut off (it is written again).</summary>
    private static FileStream Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var tail = new byte[Math.Min(file.Length, 1 << 20)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var end = file.Length - tail.Length + tail.AsSpan().LastIndexOf((byte)'\n') + 1;
        file.SetLength(end);
        file.Seek(end, SeekOrigin.Begin);
        return file;
    }
}
