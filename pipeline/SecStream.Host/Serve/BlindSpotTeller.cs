using SecStream.Host.Ledger;
using SecStream.Host.Service;

namespace SecStream.Host.Serve;

/// <summary>
/// Tells the log of blind spots that somebody should do something about soon, with the remedy, when they open and when they clear. What is a matter of
/// set-up or of single events stands in the ledger only. One thread.
/// </summary>
internal sealed class BlindSpotTeller(BlindSpotLedger ledger, ServiceLog log)
{
    private const int MostAtOnce = 20;

    private static readonly HashSet<string> s_told = new(StringComparer.Ordinal)
    {
        BlindSpotKinds.Behind, BlindSpotKinds.BlacklistRefused, BlindSpotKinds.ClockSetBack, BlindSpotKinds.ClockSetForward, BlindSpotKinds.DiskFull, BlindSpotKinds.Evicted, BlindSpotKinds.JournalFull,
        BlindSpotKinds.JournalGap, BlindSpotKinds.LedgerDamaged, BlindSpotKinds.SilentSource, BlindSpotKinds.SinkFailing, BlindSpotKinds.SinkStrained, BlindSpotKinds.SnapshotFailing,
        BlindSpotKinds.SourceAway, BlindSpotKinds.SourceGap, BlindSpotKinds.UdpDropped, BlindSpotKinds.Unevaluated,
    };

    private readonly Dictionary<string, LedgerEntry> _open = new(StringComparer.Ordinal);

    /// <summary>Tells what has changed since the last call.</summary>
    public void Tell()
    {
        var now = ledger.OpenEntries().Where(e => s_told.Contains(e.Kind)).ToDictionary(e => e.Id, StringComparer.Ordinal);
        var opened = now.Values.Where(e => !_open.ContainsKey(e.Id)).ToList();
        var cleared = _open.Values.Where(e => !now.ContainsKey(e.Id)).ToList();
        foreach (var entry in opened.Take(MostAtOnce))
        {
            log.Warning($"{entry.Kind} ({entry.Subject}): {entry.Detail}. {BlindSpotKinds.Find(entry.Kind)!.Remedy}");
        }

        foreach (var entry in cleared.Take(MostAtOnce))
        {
            log.Notice($"{entry.Kind} ({entry.Subject}) is over");
        }

        if (opened.Count > MostAtOnce || cleared.Count > MostAtOnce)
        {
            log.Warning("more blind spots than are told here: see `ledger`");
        }

        opened.ForEach(e => _open.Add(e.Id, e));
        cleared.ForEach(e => _open.Remove(e.Id));
    }
}
