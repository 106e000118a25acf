using SecStream.Training.Drift;

namespace SecStream.Host.Ledger;

/// <summary>What the kinds of blind spots mean, and what to do about them.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Meaning">What could not be seen.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record BlindSpotKind(string Name, string Meaning, string Remedy);

/// <summary>The kinds of blind spots.</summary>
public static class BlindSpotKinds
{
#pragma warning disable CS1591 // Each is explained in All.
    public const string Behind = "behind";
    public const string BlacklistRefused = "blacklist_refused";
    public const string ClockSetBack = "clock_set_back";
    public const string ClockSetForward = "clock_set_forward";
    public const string ClockSkew = "clock_skew";
    public const string DiskFull = "disk_full";
    public const string EmptySource = "empty_source";
    public const string Evicted = "evicted";
    public const string HistoryBound = "history_bound";
    public const string JournalFull = "journal_full";
    public const string JournalGap = "journal_gap";
    public const string Late = "late";
    public const string LedgerDamaged = "ledger_damaged";
    public const string ModelBudget = DriftRules.OverBudget;
    public const string ModelDrift = DriftRules.Drifted;
    public const string ModelStale = DriftRules.Stale;
    public const string NoGeoIp = "no_geoip";
    public const string NotRunning = "not_running";
    public const string ParseFailures = "parse_failures";
    public const string PoisonRecord = "poison_record";
    public const string ReloadRefused = "reload_refused";
    public const string RuleBlind = "rule_blind";
    public const string RuleDisabled = "rule_disabled";
    public const string RuleWarmUp = "rule_warm_up";
    public const string SessionBound = "session_bound";
    public const string SilentSource = "silent_source";
    public const string SinkFailing = "sink_failing";
    public const string SinkStrained = "sink_strained";
    public const string SnapshotFailing = "snapshot_failing";
    public const string SourceAway = "source_away";
    public const string SourceGap = "source_gap";
    public const string StaleFile = "stale_file";
    public const string StateLost = "state_lost";
    public const string UdpDropped = "udp_dropped";
    public const string Unevaluated = "unevaluated";
#pragma warning restore CS1591

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<BlindSpotKind> All { get; } =
    [
        new(Behind, "A source has more to read than was read for over a minute: alerts on its events come late. Nothing is lost.",
            "Wait when it is a burst. Otherwise give the service more workers and lanes, or a faster disk; `stats` shows which source lags."),
        new(BlacklistRefused, "Entries that somebody wrote into the blacklist of Redis are no addresses or networks, so they are not in force.",
            "Write them anew, as `HSET secstream:blacklist 203.0.113.7 \"why\"`, or take them out with HDEL; `HGETALL secstream:blacklist:refused` shows them."),
        new(ClockSetBack, "The clock of this machine was set back: arrival times stand still until it has caught up, quiet sources' alerts wait as long, and spans of this time are shorter than they were. Nothing is lost.",
            "Keep the clock by NTP (chrony, timesyncd), which slows a clock down instead of setting it back."),
        new(ClockSetForward, "The clock of this machine was set forward, or the machine was asleep: events may have been taken for late, or for overdue.",
            "Keep the clock by NTP. If events are marked unevaluated, replay the time in question."),
        new(ClockSkew, "Events bore times ahead of when they arrived. They were evaluated at the time of their neighbours.",
            "Set the clock of the host that sends them (chrony, timesyncd), or give the source its time zone."),
        new(DiskFull, "The disk of the data folder has less free space than must be left: what comes in is refused or waits.",
            "Free space or enlarge the disk; shorten `events.retention` or `journal.keep`. Intake goes on by itself."),
        new(EmptySource, "No event was found in a source.", "See with `check FILE` whether it holds what you expect."),
        new(Evicted, "The state was larger than its bound: the keys idle longest were dropped, and their windows began anew.",
            "Raise `state.max_memory`. An attack with very many addresses can do this, too: look at the alerts of that time."),
        new(HistoryBound, "Keys had more occurrences in a window than are kept one by one; the oldest beyond the bound were dropped.",
            "Usually a flood from one address, which the alerts show. Rules with very long windows over busy keys should be narrowed."),
        new(JournalFull, "A journal is at its bound: senders by TCP and HTTP wait, datagrams are dropped.",
            "See with `stats` what holds up the work behind it; raise `journal.max_size` if the disk allows it."),
        new(JournalGap, "A part of a journal could not be read: what was accepted there has not been evaluated.",
            "The disk has damaged a file; check it. Senders that keep their data can send it again."),
        new(Late, "A large share of a source's events came later than `lateness` allows. They were evaluated by correction, and alerts came late.",
            "Look at what delays the sender; or raise `lateness`, which delays all alerts by as much."),
        new(LedgerDamaged, "Lines of the ledger could not be read: earlier blind spots may be missing from it.", "The disk has damaged the file; check it."),
        new(ModelBudget, "A model finds strange windows more than twice as often as it promised, two days in a row: its anomalies are no more severe than medium until the next model.",
            "Judge the alerts of these days (`alerts resolve`, `alerts false-positive`), then `train` and `models promote`; or `models rollback` when it began with a promotion."),
        new(ModelDrift, "Features or scores are distributed otherwise than when the model was calibrated: what is strange may not be told from what is new.",
            "See what has changed in the traffic; when it stays so, `train` and `models promote`."),
        new(ModelStale, "The model that judges has not been trained for three times as long as it should be.",
            "See in `models list` and the log why no training was promoted; `train` says what is wrong."),
        new(NoGeoIp, "No GeoIP file with locations is loaded: rules on countries and places see only what events bring themselves.",
            "Name a .mmdb file with locations under `geoip`."),
        new(NotRunning, "The service did not run. Files and journals are caught up afterwards, and the entry closes then; datagrams sent meanwhile are lost.",
            "See why it stopped: `journalctl -u secstream`."),
        new(ParseFailures, "Lines of a source could not be parsed. They are kept as dead letters and no rule has seen them.",
            "`dlq show` shows them; give the source its `format`; `dlq retry` sends them again."),
        new(PoisonRecord, "A record brought the service down repeatedly and was set aside unevaluated.", "It is among the dead letters; please report it as a bug."),
        new(ReloadRefused, "Changed rules or files have an error: the versions before stay in force.", "Mend the file that the detail names; it is read again by itself."),
        new(RuleBlind, "No event could reach the rule: none has the fields that it reads.", "Onboard a source that has them (`rules blind FILE` tells), or leave the rule out."),
        new(RuleDisabled, "A rule was disabled: it evaluates nothing.", "Mend the rule and reload it; a rule that failed is named in the log."),
        new(RuleWarmUp, "A rule has not yet seen as much as its baseline needs.", "Wait, or replay older logs into the data folder."),
        new(SessionBound, "More login attempts were under way at once than are kept; the oldest were closed early.", "Usually a flood, which the alerts show."),
        new(SilentSource, "A source that used to speak has said nothing for longer than is usual for it.",
            "See whether the sender runs, and whether its file was renamed. `ledger.silent_after` sets the least time."),
        new(SinkFailing, "An output does not take what it is given. Everything is kept and delivered later.", "See the detail and the log; mend the output. Delivery goes on by itself."),
        new(SinkStrained, "The server behind an output is close to its limits, or has gone beyond them.", "The detail says which limit, and what to do."),
        new(SnapshotFailing, "The state could not be saved. A restart would read more again, and nothing is released.", "Mostly a full disk: free space."),
        new(SourceAway, "A source can't be reached: brokers that are away, a topic that is not there, a right that is missing. What is written to it meanwhile is read afterwards.",
            "Mend what the detail names (`check` tries every right). Reading goes on by itself."),
        new(SourceGap, "Records of a source are missing: its file was cut, replaced or damaged before all of it was read.",
            "Rotate logs by renaming, not by truncating in place (`copytruncate`); `replay` evaluates what a copy still has."),
        new(StaleFile, "A file the enrichment reads has not been renewed for long; what it says may no longer be true.", "Renew it; it is reloaded by itself. `ledger.stale_after` sets the ages."),
        new(StateLost, "The saved state was gone or damaged: journals and files are read again from their beginning, and what was stored before was moved aside.",
            "See why (the disk?). Events that no journal and no file holds any more are in the folder that the detail names."),
        new(UdpDropped, "Datagrams were dropped because the journal could not take them; nobody sends them again.", "Send by TCP instead, or see what holds up the journal."),
        new(Unevaluated, "Events came later than `horizon` allows. They are stored and marked, but no rule has evaluated them.",
            "Replay the time in question; raise `horizon` if such delays are usual."),
    ];

    /// <summary>The kind of a name; null when there is none.</summary>
    public static BlindSpotKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
