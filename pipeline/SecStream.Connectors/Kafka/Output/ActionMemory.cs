using System.Text.Json;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Which actions stand, of alerts that may still change: a file of lines, one a change, written anew when most of them are past. Bounded: beyond
/// <see cref="MaxAlerts"/> the oldest are forgotten, and a later revision of theirs asks again under the same ids. Not thread-safe.
/// </summary>
internal sealed class ActionMemory
{
    /// <summary>Alerts remembered at most.</summary>
    public const int MaxAlerts = 20_000;

    private readonly string _path;
    private readonly Dictionary<string, List<RequestedAction>> _standing = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private int _lines;

    /// <summary>Reads the file. A torn last line is of a change that was never noted: it comes again.</summary>
    public ActionMemory(string path)
    {
        _path = path;
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            _lines++;
            if (TryRead(line) is { } note)
            {
                Take(note);
            }
        }
    }

    /// <summary>The actions that stand of an alert; null: nothing is known of it.</summary>
    public IReadOnlyList<RequestedAction>? Of(string alert) => _standing.GetValueOrDefault(alert);

    /// <summary>Notes what stands of some alerts from now on (null: they can't change any more); durable when it returns.</summary>
    public void Note(IReadOnlyCollection<(string Alert, IReadOnlyList<RequestedAction>? Actions)> changes)
    {
        var notes = changes.Select(change => new Line(change.Alert, change.Actions)).ToList();
        notes.ForEach(Take);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _lines += notes.Count;
        if (_lines > (2 * _standing.Count) + 1000)
        {
            Rewrite();
            return;
        }

        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(Bytes(notes));
        file.Flush(flushToDisk: true);
    }

    private static byte[] Bytes(IEnumerable<Line> lines)
    {
        using var bytes = new MemoryStream();
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(bytes, line);
            bytes.WriteByte((byte)'\n');
        }

        return bytes.ToArray();
    }

    private static Line? TryRead(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line);
        }
        catch (JsonException)
        {
            // Torn by a crash or damaged: the alert's next revision asks again under the same ids, which enforcers know.
            return null;
        }
    }

    private void Take(Line note)
    {
        if (note.Actions is null)
        {
            _standing.Remove(note.Alert);
            return;
        }

        if (!_standing.ContainsKey(note.Alert))
        {
            _order.Enqueue(note.Alert);
        }

        _standing[note.Alert] = [.. note.Actions];
        while (_standing.Count > MaxAlerts && _order.TryDequeue(out var oldest))
        {
            _standing.Remove(oldest);
        }

        while (_order.TryPeek(out var gone) && !_standing.ContainsKey(gone))
        {
            _order.Dequeue();
        }
    }

    private void Rewrite()
    {
        var temporary = _path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(Bytes(_order.Where(_standing.ContainsKey).Distinct().Select(alert => new Line(alert, _standing[alert]))));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
        _lines = _standing.Count;
    }

    private sealed record Line(string Alert, IReadOnlyList<RequestedAction>? Actions);
}
