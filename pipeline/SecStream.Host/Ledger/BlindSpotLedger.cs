using System.Buffers;

namespace SecStream.Host.Ledger;

/// <summary>
/// Every span of time in which a source, rule, file or sink could not be seen, kept in <c>ledger.ndjson</c>. Entries open when something is first
/// observed, and close when it is no longer observed; those of one (kind, subject) never overlap, whatever the clock does. Thread-safe.
/// A file that can't be written (the disk is full) stops nothing: the entries stay in memory, and the file is made anew when it can be.
/// </summary>
public sealed class BlindSpotLedger : IDisposable
{
    /// <summary>Subject of the entry that stands for all subjects of a kind beyond <see cref="LedgerOptions.MaxOpenPerKind"/>.</summary>
    public const string Others = "(others)";

    private const string Gone = "it is no longer so";
    private static readonly TimeSpan s_pruneInterval = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly LedgerOptions _options;
    private readonly LedgerFile? _file;
    private readonly List<LedgerSpan> _spans = [];
    private readonly Dictionary<(string Kind, string Subject), KeySpans> _keys = [];
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly List<LedgerSpan> _openSpans = [];
    private DateTimeOffset _pruned;
    private bool _flush;

    /// <summary>A ledger without a file.</summary>
    public BlindSpotLedger(LedgerOptions options)
        : this(options, null, [])
    {
    }

    private BlindSpotLedger(LedgerOptions options, LedgerFile? file, IEnumerable<LedgerEntry> entries)
    {
        _options = options;
        _file = file;
        foreach (var entry in entries)
        {
            Add(new LedgerSpan(entry) { Written = entry.Since });
        }
    }

    /// <summary>Why the file is behind the entries; null: it is not.</summary>
    public string? StorageFault { get; private set; }

    /// <summary>Number of open entries.</summary>
    public int OpenCount
    {
        get
        {
            lock (_lock)
            {
                return _openSpans.Count;
            }
        }
    }

    /// <summary>Opens the ledger of a data folder. A last line torn by a crash is cut off; damaged lines are left out, and that is noted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is kept.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="IOException">The file can't be opened.</exception>
    public static BlindSpotLedger Open(string path, LedgerOptions options, DateTimeOffset now)
    {
        var content = LedgerFile.Read(path);
        var ledger = new BlindSpotLedger(options, new LedgerFile(path, content), content.Entries);
        ledger.Prune(now);
        if (content.Damaged > 0)
        {
            ledger.Note(BlindSpotKinds.LedgerDamaged, path, $"{content.Damaged} lines of the ledger could not be read; what they said is lost", now, now, content.Damaged);
        }

        if (content.Damaged > 0 || ledger.IsLarge)
        {
            ledger.Rewrite();
        }

        return ledger;
    }

    /// <summary>
    /// Takes what is so at this moment, all of it: what is new opens an entry, what is known goes on, and what is missing closes.
    /// A clock set back makes no span negative and lets none overlap.
    /// </summary>
    public void Observe(DateTimeOffset now, IReadOnlyCollection<Observation> observations)
    {
        lock (_lock)
        {
            var time = LedgerEntry.Cut(now);
            var seen = new HashSet<LedgerSpan>();
            foreach (var observation in observations)
            {
                seen.Add(Take(Folded(observation), time));
            }

            foreach (var span in _openSpans.Where(s => !seen.Contains(s)).ToList())
            {
                Close(span, time, Gone);
            }

            if (time - _pruned >= s_pruneInterval || time < _pruned)
            {
                Prune(time);
            }

            Store();
        }
    }

    /// <summary>Enters a span that is known to be over, such as a gap of a source or a burst of dropped datagrams. What is entered already is not entered twice.</summary>
    public void Note(string kind, string subject, string detail, DateTimeOffset from, DateTimeOffset until, long count)
    {
        lock (_lock)
        {
            var (name, text) = (LedgerLine.Subject(subject), LedgerLine.Detail(detail));
            var (start, end) = (LedgerEntry.Cut(from), LedgerEntry.Cut(until > from ? until : from));
            var key = Key(kind, name);
            var gaps = key.Gaps(start, end);
            if (gaps.Count == 0 && key.Covering(start, end) is { } there)
            {
                there.Entry = there.Entry with { Detail = text, Count = there.Entry.Count + count };
                Write("update", there);
            }

            for (var i = 0; i < gaps.Count; i++)
            {
                var id = LedgerEntry.MakeId(kind, name, gaps[i].From);
                var span = new LedgerSpan(new LedgerEntry(id, kind, name, text, gaps[i].From, gaps[i].Until, i == 0 ? count : 0, "it was over when it was noticed"));
                Add(span);
                Write("span", span);
            }

            _flush = true;
            Store();
        }
    }

    /// <summary>Whether something is so, as observed last.</summary>
    public bool IsOpen(string kind, string subject)
    {
        lock (_lock)
        {
            return _keys.TryGetValue((kind, LedgerLine.Subject(subject)), out var key) && key.Open is not null;
        }
    }

    /// <summary>The entries by since, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries()
    {
        lock (_lock)
        {
            return [.. _spans.Select(s => s.Entry).OrderBy(e => e.Since).ThenBy(e => e.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>The open entries by since, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> OpenEntries() => [.. Entries().Where(e => e.IsOpen)];

    /// <summary>Writes what has not been written, and closes the file. Open entries stay open: whoever starts next goes on with them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var span in _spans.Where(s => s.IsDirty))
            {
                Write("update", span);
            }

            _flush = true;
            Store();
            _file?.Dispose();
        }
    }

    private bool IsLarge => _file is { } file && file.Lines > _options.CompactAfterLines && file.Lines > 2 * _spans.Count;

    private LedgerSpan Take(in Observation observation, DateTimeOffset now)
    {
        var key = Key(observation.Kind, observation.Subject);
        var lastTrue = observation.LastTrue is { } last && last < now ? LedgerEntry.Cut(last) : (DateTimeOffset?)null;
        if (key.Open is { } open)
        {
            open.LastTrue = lastTrue;
            var changed = open.Entry with { Detail = observation.Detail, Count = open.Entry.Count + observation.Count };
            open.IsDirty |= changed != open.Entry;
            open.Entry = changed;
            if (open.IsDirty && (now - open.Written >= _options.UpdateInterval || now < open.Written))
            {
                open.Written = now;
                Write("update", open);
            }

            return open;
        }

        var since = observation.Since is { } earlier && earlier < now ? LedgerEntry.Cut(earlier) : now;
        since = since > key.FreeFrom ? since : key.FreeFrom;
        var id = LedgerEntry.MakeId(observation.Kind, observation.Subject, since);
        var span = new LedgerSpan(new LedgerEntry(id, observation.Kind, observation.Subject, observation.Detail, since, null, observation.Count, null))
        {
            LastTrue = lastTrue,
            Written = now,
        };
        Add(span);
        Write("open", span);
        _flush = true;
        return span;
    }

    /// <summary>The observation in bounded texts, under <see cref="Others"/> when its kind has too many open entries.</summary>
    private Observation Folded(in Observation observation)
    {
        var bounded = observation with { Subject = LedgerLine.Subject(observation.Subject), Detail = LedgerLine.Detail(observation.Detail) };
        var isOpen = _keys.TryGetValue((bounded.Kind, bounded.Subject), out var key) && key.Open is not null;
        var kind = bounded.Kind;
        return isOpen || _openSpans.Count(s => s.Entry.Kind == kind) < _options.MaxOpenPerKind
            ? bounded
            : bounded with { Subject = Others, Detail = $"more than {_options.MaxOpenPerKind} at once; one of them: {bounded.Subject}" };
    }

    private void Close(LedgerSpan span, DateTimeOffset now, string why)
    {
        var until = span.LastTrue is { } last && last < now ? last : now;
        span.Entry = span.Entry with { Until = until > span.Entry.Since ? until : span.Entry.Since, Cleared = why };
        _openSpans.Remove(span);
        Write("close", span);
        _flush = true;
    }

    private KeySpans Key(string kind, string subject)
    {
        if (!_keys.TryGetValue((kind, subject), out var key))
        {
            _keys.Add((kind, subject), key = new KeySpans());
        }

        return key;
    }

    private void Add(LedgerSpan span)
    {
        Key(span.Entry.Kind, span.Entry.Subject).Add(span);
        _spans.Add(span);
        if (span.Entry.IsOpen)
        {
            _openSpans.Add(span);
        }
    }

    /// <summary>Forgets closed entries that are too old or too many. They leave the file when it is written anew.</summary>
    private void Prune(DateTimeOffset now)
    {
        _pruned = now;
        var closed = _spans.Where(s => !s.Entry.IsOpen).ToList();
        var tooMany = closed.Count - _options.MaxClosed;
        var drop = closed.Where(s => s.Entry.Until < now - _options.Retention)
            .Concat(tooMany > 0 ? closed.OrderBy(s => s.Entry.Until).Take(tooMany) : [])
            .ToHashSet();
        if (drop.Count == 0)
        {
            return;
        }

        _spans.RemoveAll(drop.Contains);
        foreach (var span in drop)
        {
            var at = (span.Entry.Kind, span.Entry.Subject);
            _keys[at].Remove(span);
            if (_keys[at].IsEmpty)
            {
                _keys.Remove(at);
            }
        }
    }

    private void Write(string happened, LedgerSpan span)
    {
        span.IsDirty = false;
        LedgerLine.Write(_pending, happened, span.Entry);
    }

    private void Store()
    {
        if (_file is not null && StorageFault is null && _pending.WrittenCount > 0)
        {
            Try(() => _file.Append(_pending.WrittenSpan, _flush));
        }

        _pending.ResetWrittenCount();
        _flush = false;
        if (_file is not null && (StorageFault is not null || IsLarge))
        {
            Rewrite();
        }
    }

    private void Rewrite() => Try(() => _file!.Replace(_spans.Select(s => s.Entry)));

    private void Try(Action write)
    {
        try
        {
            write();
            StorageFault = null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The ledger must not stop the service: the entries are in memory, the fault is shown, and the file is made anew as soon as it can be.
            StorageFault = fault.Message;
        }
    }
}
