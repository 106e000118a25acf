using SecStream.Host.Ledger;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class BlindSpotLedgerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Observe_NewThenGone_OpensThenCloses()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions());
        ledger.Observe(Start, [Silent("a")]);
        Assert.True(Assert.Single(ledger.OpenEntries()).IsOpen);
        Assert.True(ledger.IsOpen(BlindSpotKinds.SilentSource, "a"));
        ledger.Observe(Start.AddMinutes(5), []);
        var entry = Assert.Single(ledger.Entries());
        Assert.Equal((Start, Start.AddMinutes(5), 0), (entry.Since, entry.Until!.Value, ledger.OpenCount));
        Assert.NotEqual("", entry.Cleared);
    }

    [Fact]
    public void Observe_GoesOn_CountsAddUpAndIdStays()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions());
        ledger.Observe(Start, [new("parse_failures", "a", "first", 3)]);
        var id = Assert.Single(ledger.Entries()).Id;
        ledger.Observe(Start.AddSeconds(5), [new("parse_failures", "a", "second", 4)]);
        var entry = Assert.Single(ledger.Entries());
        Assert.Equal((id, "second", 7L), (entry.Id, entry.Detail, entry.Count));
    }

    [Fact]
    public void Observe_ClockSetBack_NoNegativeSpanAndNoOverlap()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions());
        ledger.Observe(Start, [Silent("a")]);
        ledger.Observe(Start.AddHours(-1), []);
        ledger.Observe(Start.AddMinutes(-30), [Silent("a")]);
        ledger.Observe(Start.AddMinutes(-20), []);
        AssertSound(ledger.Entries());
        Assert.Equal(2, ledger.Entries().Count);
    }

    [Fact]
    public void Observe_LastTrueEarlier_ClosesThen()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions());
        ledger.Observe(Start, [new Observation("clock_skew", "a", "") { LastTrue = Start }]);
        ledger.Observe(Start.AddMinutes(4), [new Observation("clock_skew", "a", "") { LastTrue = Start.AddMinutes(1) }]);
        ledger.Observe(Start.AddMinutes(7), []);
        Assert.Equal(Start.AddMinutes(1), Assert.Single(ledger.Entries()).Until);
    }

    [Fact]
    public void Observe_TooManyOfAKind_TheRestShareOneEntry()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions { MaxOpenPerKind = 3 });
        var all = Enumerable.Range(0, 10).Select(i => new Observation("rule_blind", $"R{i}", "", 1)).ToList();
        ledger.Observe(Start, all);
        ledger.Observe(Start.AddSeconds(1), all);
        Assert.Equal(4, ledger.OpenCount);
        Assert.Equal(14, Assert.Single(ledger.Entries(), e => e.Subject == BlindSpotLedger.Others).Count);
    }

    [Fact]
    public void Note_WithinWhatIsKnown_IsAddedToIt()
    {
        using var ledger = new BlindSpotLedger(new LedgerOptions());
        ledger.Note("udp_dropped", "syslog-udp", "a", Start, Start.AddMinutes(10), 5);
        ledger.Note("udp_dropped", "syslog-udp", "b", Start.AddMinutes(2), Start.AddMinutes(3), 7);
        ledger.Note("udp_dropped", "syslog-udp", "c", Start.AddMinutes(5), Start.AddMinutes(15), 1);
        AssertSound(ledger.Entries());
        Assert.Equal([12, 1], ledger.Entries().Select(e => e.Count));
        Assert.Equal(Start.AddMinutes(15), ledger.Entries()[1].Until);
    }

    [Fact]
    public void Open_AfterRestart_OpenEntriesGoOn()
    {
        using var folder = new TemporaryFolder();
        using (var ledger = BlindSpotLedger.Open(folder.File("ledger.ndjson"), new LedgerOptions(), Start))
        {
            ledger.Observe(Start, [Silent("a"), Silent("b")]);
        }

        using (var ledger = BlindSpotLedger.Open(folder.File("ledger.ndjson"), new LedgerOptions(), Start.AddHours(1)))
        {
            ledger.Observe(Start.AddHours(1), [Silent("a")]);
            Assert.Equal(Start, Assert.Single(ledger.OpenEntries()).Since);
            Assert.Equal(Start.AddHours(1), Assert.Single(ledger.Entries(), e => !e.IsOpen).Until);
        }
    }

    [Fact]
    public void Open_DamagedLine_IsNotedAndTheRestRead()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("ledger.ndjson");
        using (var ledger = BlindSpotLedger.Open(path, new LedgerOptions(), Start))
        {
            ledger.Observe(Start, [Silent("a")]);
            ledger.Observe(Start.AddSeconds(1), [Silent("a"), Silent("b")]);
        }

        var lines = File.ReadAllLines(path);
        File.WriteAllText(path, string.Join('\n', lines.Prepend("{\"kind\":\"silent\0")) + "\n");
        using var again = BlindSpotLedger.Open(path, new LedgerOptions(), Start.AddSeconds(2));
        Assert.Equal(2, again.OpenCount);
        Assert.Single(again.Entries(), e => e.Kind == BlindSpotKinds.LedgerDamaged);
    }

    [Fact]
    public void Open_TornAtEveryByteOfTheLastLine_GivesWhatStoodBeforeIt()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("ledger.ndjson");
        using (var ledger = BlindSpotLedger.Open(path, new LedgerOptions(), Start))
        {
            ledger.Observe(Start, [Silent("a"), new("parse_failures", "ü\n\u001b[31m", "ß", 2)]);
            ledger.Observe(Start.AddSeconds(1), [Silent("a")]);
        }

        var whole = File.ReadAllBytes(path);
        var last = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        var before = LedgerFile.Read(whole.AsMemory(0, last)).Entries;
        Assert.Equal(2, before.Count);
        for (var length = last; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (var torn = BlindSpotLedger.Open(path, new LedgerOptions(), Start.AddSeconds(2)))
            {
                Assert.Equal(before.OrderBy(e => e.Id), torn.Entries().OrderBy(e => e.Id));
                torn.Note("source_gap", "c", "", Start, Start, 0);
            }

            Assert.Equal(3, LedgerFile.Read(path).Entries.Count);
        }
    }

    [Fact]
    public void Observe_MostLinesSuperseded_FileIsWrittenAnew()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("ledger.ndjson");
        var options = new LedgerOptions { CompactAfterLines = 20, UpdateInterval = TimeSpan.Zero };
        using var ledger = BlindSpotLedger.Open(path, options, Start);
        for (var i = 0; i < 100; i++)
        {
            ledger.Observe(Start.AddSeconds(i), [new("late", "a", $"{i}", 1)]);
        }

        Assert.InRange(File.ReadAllLines(path).Length, 1, 22);
        Assert.Equal(100, Assert.Single(LedgerFile.Read(path).Entries).Count);
    }

    [Fact]
    public void Open_ClosedLongAgo_IsForgotten()
    {
        using var folder = new TemporaryFolder();
        using (var ledger = BlindSpotLedger.Open(folder.File("ledger.ndjson"), new LedgerOptions(), Start))
        {
            ledger.Note("source_gap", "a", "", Start, Start, 0);
            ledger.Observe(Start, [Silent("b")]);
        }

        using var later = BlindSpotLedger.Open(folder.File("ledger.ndjson"), new LedgerOptions(), Start.AddDays(400));
        Assert.Equal("b", Assert.Single(later.Entries()).Subject);
    }

    [Fact]
    public void Observe_FileCannotBeWritten_GoesOnAndCatchesUp()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("state/ledger.ndjson");
        var options = new LedgerOptions { CompactAfterLines = 2, UpdateInterval = TimeSpan.Zero };
        using var ledger = BlindSpotLedger.Open(path, options, Start);
        ledger.Observe(Start, [Silent("a")]);
        // A folder where the new file is to be made stands for a disk that refuses.
        Directory.CreateDirectory(path + ".tmp");
        for (var i = 1; i < 10; i++)
        {
            ledger.Observe(Start.AddSeconds(i), [new("late", "a", $"{i}", 1)]);
        }

        Assert.NotNull(ledger.StorageFault);
        Directory.Delete(path + ".tmp");
        ledger.Observe(Start.AddSeconds(10), [new("late", "a", "10", 1)]);
        Assert.Null(ledger.StorageFault);
        Assert.Equal(ledger.Entries().OrderBy(e => e.Id), LedgerFile.Read(path).Entries.OrderBy(e => e.Id));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnySequence_SpansNeverOverlapAndTheFileGivesTheSame(int seed)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("ledger.ndjson");
        var options = new LedgerOptions { CompactAfterLines = 30, MaxOpenPerKind = 2, UpdateInterval = TimeSpan.FromSeconds(seed % 3) };
        var draw = new Random(seed);
        var now = Start;
        var ledger = BlindSpotLedger.Open(path, options, now);
        for (var step = 0; step < 80; step++)
        {
            now = now.AddTicks(draw.Next(10) == 0 ? -draw.NextInt64(TimeSpan.TicksPerHour) : draw.NextInt64(TimeSpan.TicksPerMinute) * draw.Next(3));
            switch (draw.Next(8))
            {
                case 0:
                    var from = now.AddSeconds(draw.Next(-600, 60));
                    ledger.Note(Kind(draw), Subject(draw), $"{step}", from, from.AddSeconds(draw.Next(-5, 300)), draw.Next(5));
                    break;
                case 1:
                    ledger.Dispose();
                    var before = ledger.Entries();
                    ledger = BlindSpotLedger.Open(path, options, now);
                    Assert.Equal(before, ledger.Entries());
                    break;
                default:
                    ledger.Observe(now, [.. Enumerable.Range(0, draw.Next(5)).Select(_ => Drawn(draw, now))]);
                    break;
            }

            AssertSound(ledger.Entries());
        }

        ledger.Dispose();
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    private static Observation Drawn(Random draw, DateTimeOffset now) => new(Kind(draw), Subject(draw), $"{draw.Next(3)}", draw.Next(3))
    {
        Since = draw.Next(3) == 0 ? now.AddSeconds(draw.Next(-900, 30)) : null,
        LastTrue = draw.Next(3) == 0 ? now.AddSeconds(draw.Next(-300, 30)) : null,
    };

    private static string Kind(Random draw) => draw.Next(2) == 0 ? "late" : "source_gap";

    private static string Subject(Random draw) => $"s{draw.Next(4)}";

    private static Observation Silent(string source) => new(BlindSpotKinds.SilentSource, source, "nothing");

    private static void AssertSound(IReadOnlyList<LedgerEntry> entries)
    {
        Assert.Equal(entries.Count, entries.Select(e => e.Id).Distinct().Count());
        foreach (var key in entries.GroupBy(e => (e.Kind, e.Subject)))
        {
            var spans = key.OrderBy(e => e.Since).ToList();
            Assert.All(spans, e => Assert.True(e.Until is null || e.Until >= e.Since, $"{e} ends before it begins"));
            Assert.All(spans, e => Assert.Equal(LedgerEntry.MakeId(e.Kind, e.Subject, e.Since), e.Id));
            for (var i = 1; i < spans.Count; i++)
            {
                Assert.True(spans[i - 1].Until is { } until && until <= spans[i].Since, $"{spans[i - 1]} and {spans[i]} overlap");
            }
        }
    }
}
