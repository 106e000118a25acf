using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class AlertBookTests
{
    private readonly RecordingOutput _output = new();

    [Fact]
    public void Upsert_NewGrownSettled_RisesWithTheContentOnly()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5));
        Put(book, Make(C1, Noon, 5));
        Put(book, Make(C1, Noon, 6));
        Put(book, Make(C1, Noon, 6), settled: true);
        Put(book, Make(C1, Noon, 6), settled: true);

        Assert.Equal(
            [(ChangeKind.Opened, 1, false), (ChangeKind.Revised, 2, false), (ChangeKind.Settled, 2, true)],
            _output.Alerts.Select(change => (change.Kind, change.Revision, change.IsSettled)));
        Assert.All(_output.Alerts, change => Assert.Empty(TestFiles.AlertSchema.Validate(change.Document)));
    }

    [Fact]
    public void Upsert_UnsettledAfterSettled_IsAShardThatResumed()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 9), settled: true);
        Put(book, Make(C1, Noon, 6));

        Assert.Single(_output.Alerts);
        Assert.Contains("9 failed SSH logins", Encoding.UTF8.GetString(Assert.Single(book.Final())), StringComparison.Ordinal);
    }

    [Fact]
    public void Withdraw_Superseded_SaysByWhat()
    {
        using var book = Book();
        var (old, corrected) = (Make(C1, Noon, 5), Make(C1, Noon - EventClock.Minute, 5));
        Put(book, old);
        book.Upsert(corrected, settled: true);
        book.Withdraw(old.Id, corrected.Id);
        book.Flush();

        var withdrawn = _output.Store[old.Id];
        Assert.Equal((ChangeKind.Withdrawn, 2), (withdrawn.Kind, withdrawn.Revision));
        Assert.Equal(corrected.Id, Ours(withdrawn).GetProperty("superseded_by").GetString());
        Assert.Equal([corrected.Id], book.Final().Select(IdOf));
        Assert.Equal(
            [(ChangeKind.Opened, Noon), (ChangeKind.Opened, Noon - EventClock.Minute), (ChangeKind.Withdrawn, Noon)],
            _output.Incidents.OrderBy(i => i.Kind).ThenByDescending(i => i.Opened).Select(i => (i.Kind, i.Opened)));
        Assert.All(_output.Alerts, change => Assert.Empty(TestFiles.AlertSchema.Validate(change.Document)));
    }

    [Fact]
    public void Withdraw_BeforeAnybodyHeard_SaysNothing()
    {
        using var book = Book();
        book.Upsert(Make(C1, Noon, 5), settled: false);
        book.Withdraw(Make(C1, Noon, 5).Id, null);
        book.Withdraw("unknown", null);
        book.Flush();

        Assert.Empty(_output.Log);
        Assert.Equal((0, 1), (book.Count, book.Counters.UnknownWithdrawals));
    }

    [Fact]
    public void Upsert_AfterWithdrawal_BringsItBackWithAHigherRevision()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5));
        book.Withdraw(Make(C1, Noon, 5).Id, null);
        book.Flush();
        Put(book, Make(C1, Noon, 5), settled: true);

        Assert.Equal([1, 2, 3], _output.Alerts.Select(change => change.Revision));
        Assert.Equal("open", Ours(_output.Alerts[^1]).GetProperty("status").GetString());
        Assert.Single(book.Final());
    }

    [Fact]
    public void Upsert_EarlierAlertOfTheEntity_ChangesTheIncidentOfTheOthers()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5), settled: true);
        Put(book, Make(T1, Noon + 1, 12), settled: true);
        Put(book, Make(P1, Noon - EventClock.Minute, 6), settled: true);

        var incident = IncidentGrouping.MakeId("default", Address, Noon - EventClock.Minute);
        Assert.All(_output.Store.Values, change => Assert.Equal(incident, IncidentOf(change)));
        Assert.Equal([2, 2, 1], _output.Store.Values.OrderBy(c => c.RuleCode).Select(c => c.RuleCode == "P1" ? 1 : c.Revision).OrderDescending());
    }

    [Fact]
    public void Upsert_AlertBetweenTwoOfAnIncident_MaySplitIt()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5) with { Start = Noon, End = Noon }, settled: true);
        var wide = Noon + (3 * EventClock.Hour);
        Put(book, Make(T1, wide, 12) with { Start = Noon + (30 * EventClock.Minute), End = wide }, settled: true);
        Assert.Single(book.FinalIncidents());

        var between = Noon + (2 * EventClock.Hour);
        Put(book, Make(P1, between, 6) with { Start = between, End = between }, settled: true);
        Assert.Equal([1, 2], book.FinalIncidents().Select(incident => incident.Alerts.Length));
        Assert.Equal(
            book.FinalIncidents().SelectMany(i => i.Alerts.Select(_ => i.Id)).Order(), _output.Store.Values.Select(IncidentOf).Order());
    }

    [Fact]
    public void Final_FiveRulesOneAddress_OneIncidentSortedWithoutRevision()
    {
        using var book = Book();
        Alert[] alerts = [Success(), Make(T1, Noon, 12), Make(P1, Noon - 5, 6), Make(C1, Noon, 6), Make(L5, Noon, 6)];
        Array.ForEach(alerts, alert => book.Upsert(alert, settled: true));
        book.Upsert(Make(C1, Noon + EventClock.Day, 5), settled: false);
        var documents = book.Final().ToArray();

        Assert.Equal(["P1", "C1", "L5", "T1", "X1"], documents.Select(d => JsonDocument.Parse(d).RootElement.GetProperty("rule").GetProperty("id").GetString()));
        Assert.All(documents, d => Assert.Empty(TestFiles.AlertSchema.Validate(d)));
        Assert.All(documents, d => Assert.False(JsonDocument.Parse(d).RootElement.GetProperty("secstream").TryGetProperty("revision", out _)));
        Assert.Equal(5, Assert.Single(book.FinalIncidents()).Alerts.Length);
        Assert.Empty(_output.Log);
    }

    [Fact]
    public void Upsert_OtherTenant_IsAnotherIncident()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5, tenant: "a"), settled: true);
        Put(book, Make(C1, Noon, 5, tenant: "b"), settled: true);

        Assert.Equal(2, book.FinalIncidents().Select(incident => incident.Id).Distinct().Count());
    }

    [Fact]
    public void Upsert_UnknownRule_IsCounted()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5) with { RuleCode = "gone" });

        Assert.Empty(_output.Log);
        Assert.Equal(1, book.Counters.UnknownRules);
    }

    [Fact]
    public void Advance_BeyondGapHorizonAndWindow_Forgets()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5), settled: true);
        Put(book, Make(C1, Noon, 5, address: "198.51.100.1"));
        book.Advance(Noon + (2 * EventClock.Hour));
        Assert.Equal(2, book.Count);

        book.Advance(Noon + (3 * EventClock.Hour));
        Assert.Equal(1, book.Count);
        Assert.Equal(ChangeKind.Settled, _output.Incidents[^1].Kind);

        Put(book, Make(C1, Noon, 5, address: "198.51.100.1"), settled: true);
        book.Advance(long.MaxValue);
        Assert.Equal(0, book.Count);
    }

    [Fact]
    public void Advance_KeepAll_ForgetsNothing()
    {
        using var book = new AlertBook(All, Versions, _output, new() { KeepAll = true });
        Put(book, Make(C1, Noon, 5), settled: true);
        book.Advance(long.MaxValue);

        Assert.Single(book.Final());
    }

    [Fact]
    public void Use_OtherVersions_ChangeWhatComesAfter()
    {
        using var book = Book();
        Put(book, Make(C1, Noon, 5));
        book.Use(new AlertVersions([C1 with { Version = "ffffffffffffffff" }], Versions));
        Put(book, Make(C1, Noon, 5));

        Assert.Equal([1, 2], _output.Alerts.Select(change => change.Revision));
    }

    [Fact]
    public void Upsert_RulesThatChanged_AlertIsOfTheRuleAndTheVersionsOfItsOpening()
    {
        AlertRule[] rules = [C1 with { Until = Noon }, C1 with { From = Noon, Version = "ffffffffffffffff", Title = "Other" }];
        var versions = new AlertVersions(
            rules,
            [(long.MinValue, new Dictionary<string, string> { ["rules"] = "old" }), (Noon, new Dictionary<string, string> { ["rules"] = "new" })]);
        using var book = new AlertBook(versions, _output);
        Put(book, Make(C1, Noon - 1, 5));
        Put(book, Make(C1, Noon, 5, address: "198.51.100.1"));
        Assert.Equal([("old", C1.Version), ("new", "ffffffffffffffff")], _output.Alerts.Select(VersionsOf));

        // Restored under a longer lineage, the late correction of the first is still of the first rule.
        using var state = new MemoryStream();
        using var writer = new BinaryWriter(state);
        book.Save(writer);
        state.Position = 0;
        using var again = new AlertBook(versions, _output);
        using var reader = new BinaryReader(state);
        again.Restore(reader);
        Put(again, Make(C1, Noon - 1, 6));
        Assert.Equal((2, ("old", C1.Version)), (_output.Alerts[^1].Revision, VersionsOf(_output.Alerts[^1])));
    }

    [Fact]
    public void Upsert_RuleNotInForceAtItsOpening_IsUnknown()
    {
        using var book = new AlertBook(new AlertVersions([C1 with { From = Noon }], Versions), _output);
        Put(book, Make(C1, Noon - 1, 5));
        Assert.Equal((0, 1L), (book.Count, book.Counters.UnknownRules));
    }

    private static (string? Rules, string? Rule) VersionsOf(AlertChange change)
    {
        var versions = Ours(change).GetProperty("versions");
        return (versions.GetProperty("rules").GetString(), versions.GetProperty("rule").GetString());
    }

    private AlertBook Book() => new(All, Versions, _output);

    private static void Put(AlertBook book, Alert alert, bool settled = false)
    {
        book.Upsert(alert, settled);
        book.Flush();
    }

    private static JsonElement Ours(AlertChange change) => JsonDocument.Parse(change.Document).RootElement.GetProperty("secstream");

    private static string? IncidentOf(AlertChange change) => Ours(change).GetProperty("incident").GetProperty("id").GetString();

    private static string? IdOf(byte[] document) => JsonDocument.Parse(document).RootElement.GetProperty("event").GetProperty("id").GetString();
}
