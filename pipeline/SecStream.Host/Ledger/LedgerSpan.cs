namespace SecStream.Host.Ledger;

/// <summary>An entry while the ledger works on it.</summary>
internal sealed class LedgerSpan(LedgerEntry entry)
{
    /// <summary>As it stands.</summary>
    public LedgerEntry Entry { get; set; } = entry;

    /// <summary>When it was so last, where the last observation said that this was earlier than the observation itself; null: it did not.</summary>
    public DateTimeOffset? LastTrue { get; set; }

    /// <summary>When it was written last.</summary>
    public DateTimeOffset Written { get; set; }

    /// <summary>It has changed since it was written.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Until when no other span of its key may begin. A moment counts as a microsecond, so that two of them never get one id.</summary>
    public DateTimeOffset End => Entry.Until is not { } until
        ? DateTimeOffset.MaxValue
        : until > Entry.Since ? until : Entry.Since + TimeSpan.FromMicroseconds(1);
}

/// <summary>The spans of one (kind, subject), in order of time, free of overlaps.</summary>
internal sealed class KeySpans
{
    private readonly List<LedgerSpan> _spans = [];

    /// <summary>The one that goes on, or null.</summary>
    public LedgerSpan? Open => _spans.Count > 0 && _spans[^1].Entry.IsOpen ? _spans[^1] : null;

    /// <summary>There are none.</summary>
    public bool IsEmpty => _spans.Count == 0;

    /// <summary>From when on a new span may begin that has no end yet.</summary>
    public DateTimeOffset FreeFrom => _spans.Count > 0 ? _spans[^1].End : DateTimeOffset.MinValue;

    /// <summary>Puts a span in its place.</summary>
    public void Add(LedgerSpan span)
    {
        var at = _spans.FindLastIndex(s => s.Entry.Since <= span.Entry.Since);
        _spans.Insert(at + 1, span);
    }

    /// <summary>Takes a span away.</summary>
    public void Remove(LedgerSpan span) => _spans.Remove(span);

    /// <summary>The first span that has a part of [from, until], a moment included.</summary>
    public LedgerSpan? Covering(DateTimeOffset from, DateTimeOffset until) => _spans.Find(s => s.Entry.Since <= until && from < s.End);

    /// <summary>The parts of [from, until] that no span has yet.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> Gaps(DateTimeOffset from, DateTimeOffset until)
    {
        var gaps = new List<(DateTimeOffset, DateTimeOffset)>();
        var at = from;
        foreach (var span in _spans.Where(s => s.End > from && s.Entry.Since <= until))
        {
            if (span.Entry.Since > at)
            {
                gaps.Add((at, span.Entry.Since));
            }

            at = span.End > at ? span.End : at;
        }

        if (at < until || (at == until && from == until))
        {
            gaps.Add((at, until));
        }

        return gaps;
    }
}
