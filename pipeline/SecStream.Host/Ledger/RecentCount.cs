namespace SecStream.Host.Ledger;

/// <summary>Follows a counter that only grows: what came since the last look, and whether anything came lately.</summary>
internal sealed class RecentCount
{
    private long? _total;
    private DateTimeOffset _looked;
    private DateTimeOffset? _first;
    private DateTimeOffset _last;

    /// <summary>
    /// Takes the counter; an observation while it has grown within <paramref name="window"/>, else null. The first look only learns where the
    /// counter stands, and a counter that was set back (a restart from a snapshot) is learned anew.
    /// </summary>
    public Observation? Take(string kind, string subject, long total, Func<long, string> detail, DateTimeOffset now, TimeSpan window)
    {
        var added = _total is { } before && total > before ? total - before : 0;
        if (added > 0)
        {
            _first = _first is null || now - _last > window ? _looked : _first;
            _last = now;
        }

        (_total, _looked) = (total, now);
        if (_first is null || now - _last > window)
        {
            _first = null;
            return null;
        }

        return new Observation(kind, subject, detail(total), added) { Since = _first, LastTrue = _last };
    }
}
