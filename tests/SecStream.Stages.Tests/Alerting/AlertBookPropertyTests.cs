using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

/// <summary>The book over random histories of alerts: what it ends with does not depend on how the alerts came.</summary>
public sealed class AlertBookPropertyTests
{
    private static readonly AlertRule[] Rules = [C1, P1, T1, L5, P3, T2];

    [Fact]
    public void Final_AnyOrderAndAnyRevisions_IsTheSame()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var alerts = Settled(random);
            string? expected = null;
            for (var round = 0; round < 4; round++)
            {
                random.Shuffle(alerts);
                using var book = new AlertBook(All, Versions, new RecordingOutput(), new() { KeepAll = true });
                foreach (var step in Steps(alerts, random))
                {
                    Take(book, step, random);
                }

                var final = Text(book);
                Assert.Equal(expected ??= final, final);
            }
        }
    }

    [Fact]
    public void Flush_AfterAnyHistory_TheStoreHoldsWhatFinalSays()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var output = new RecordingOutput();
            using var book = new AlertBook(All, Versions, output, new() { KeepAll = true });
            foreach (var step in Steps(Settled(random), random))
            {
                Take(book, step, random);
            }

            book.Flush();
            Assert.Equal(Text(book), StoreText(output));
            Assert.All(output.Alerts.GroupBy(c => c.Id), AssertRevisionsRise);
            Assert.All(output.Alerts, c => Assert.Empty(TestFiles.AlertSchema.Validate(c.Document)));
            Assert.All(output.Incidents, c => Assert.Empty(TestFiles.IncidentSchema.Validate(c.Document)));
            Assert.Equal(
                book.FinalIncidents().Select(incident => incident.Id).Order(StringComparer.Ordinal),
                output.Incidents.GroupBy(c => c.Id).Where(g => g.Last().Kind != ChangeKind.Withdrawn).Select(g => g.Key).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Restore_AnywhereInAHistory_ContinuesAsIfUninterrupted()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var steps = Steps(Settled(new Random(seed)), new Random(seed)).ToArray();
            Assert.Equal(Run(steps, saveAt: steps.Length / 2, restore: false), Run(steps, saveAt: steps.Length / 2, restore: true));
        }
    }

    [Fact]
    public void Restore_DamagedData_IsRefused()
    {
        using var book = new AlertBook(All, Versions, new RecordingOutput());

        Assert.Throws<InvalidDataException>(() => book.Restore(new BinaryReader(new MemoryStream([3, 0, 0, 0]))));
        Assert.Throws<InvalidDataException>(() => book.Restore(new BinaryReader(new MemoryStream([2, 0, 0, 0, 1, 2, 3]))));
        Assert.Throws<InvalidDataException>(() => book.Restore(new BinaryReader(new MemoryStream([1, 0, 0, 0, .. new byte[16], 255, 255, 255, 127]))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Upsert_FiftyThousandAlerts_IsLinear(bool ofOneAddress)
    {
        var output = new CountingOutput();
        using var book = new AlertBook(All, Versions, output);
        for (var i = 0; i < 50_000; i++)
        {
            // A little out of order, as 64 shards send them.
            var opened = Noon + ((i ^ 5) * EventClock.Second / 100);
            book.Upsert(Make(L5, opened, 5, $"user{i}", ofOneAddress ? Address : $"2001:db8:{i >> 16:x}:{i & 0xFFFF:x}::/64"), settled: true);
            if (i % 500 == 499)
            {
                book.Flush();
            }
        }

        Assert.Equal(50_000, output.Alerts);
        Assert.Equal(ofOneAddress ? 1 : 50_000, book.FinalIncidents().Count);
        book.Advance(Noon + EventClock.Day);
        Assert.Equal(0, book.Count);
    }

    private static List<string> Run((Alert Alert, bool Settled, bool Withdraw)[] steps, int saveAt, bool restore)
    {
        var output = new RecordingOutput();
        var random = new Random(3);
        var book = new AlertBook(All, Versions, output);
        for (var i = 0; i < steps.Length; i++)
        {
            if (i == saveAt)
            {
                var bytes = new MemoryStream();
                book.Save(new BinaryWriter(bytes));
                if (restore)
                {
                    book.Dispose();
                    book = new AlertBook(All, Versions, output);
                    book.Restore(new BinaryReader(new MemoryStream(bytes.ToArray())));
                    var again = new MemoryStream();
                    book.Save(new BinaryWriter(again));
                    Assert.Equal(bytes.ToArray(), again.ToArray());
                }
            }

            Take(book, steps[i], random);
            if (i % 7 == 0)
            {
                book.Advance(Noon + (i * 10 * EventClock.Minute));
            }
        }

        book.Advance(long.MaxValue);
        book.Dispose();
        return output.Log;
    }

    private static void Take(AlertBook book, (Alert Alert, bool Settled, bool Withdraw) step, Random random)
    {
        if (step.Withdraw)
        {
            book.Withdraw(step.Alert.Id, null);
        }
        else
        {
            book.Upsert(step.Alert, step.Settled);
        }

        if (random.Next(3) == 0)
        {
            book.Flush();
        }
    }

    private static Alert[] Settled(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
        {
            var opened = Noon + (random.Next(0, 600) * EventClock.Minute);
            var alert = Make(Rules[random.Next(Rules.Length)], opened, random.Next(1, 150), random.Next(2) == 0 ? "alice" : "bob", random.Next(3) == 0 ? "198.51.100.1" : Address);

            // Wide windows: the order of starts is not that of openings.
            return alert with { Start = alert.Start - (random.Next(0, 180) * EventClock.Minute) };
        }).DistinctBy(alert => alert.Id),
    ];

    /// <summary>Each alert comes as earlier, different revisions, perhaps withdrawn in between, then settled; alerts that turn out to be none are withdrawn.</summary>
    private static IEnumerable<(Alert Alert, bool Settled, bool Withdraw)> Steps(Alert[] alerts, Random random)
    {
        var real = alerts.Select(alert => alert.Id).ToHashSet();
        foreach (var alert in alerts)
        {
            var wrong = alert with { Id = AlertFactory.MakeId("default", alert.RuleCode, ["wrong"], alert.Opened - 17), Opened = alert.Opened - 17 };
            if (random.Next(4) == 0 && real.Add(wrong.Id))
            {
                yield return (wrong, false, false);
                yield return (wrong, false, true);
            }

            for (var left = random.Next(3); left > 0; left--)
            {
                // Mostly shorter, as an alert grows; longer where a correction took events away.
                var end = Math.Max(alert.Opened, alert.End - (random.Next(-90, 180) * EventClock.Minute));
                yield return (alert with { End = end, Total = Math.Max(1, alert.Total - left) }, false, false);
                if (random.Next(4) == 0)
                {
                    yield return (alert, false, true);
                }
            }

            yield return (alert, true, false);
        }
    }

    private static string Text(AlertBook book) => string.Join('\n', book.Final().Select(d => Encoding.UTF8.GetString(d)));

    private static string StoreText(RecordingOutput output) => string.Join('\n', output.Store.Values
        .Where(change => change.Kind != ChangeKind.Withdrawn)
        .OrderBy(change => change.Opened).ThenBy(change => change.RuleCode, StringComparer.Ordinal).ThenBy(change => change.Id, StringComparer.Ordinal)
        .Select(change => Encoding.UTF8.GetString(change.Document.Span).Replace($",\"revision\":{change.Revision}", "", StringComparison.Ordinal)));

    private static void AssertRevisionsRise(IGrouping<string, AlertChange> changes)
    {
        foreach (var (before, after) in changes.Zip(changes.Skip(1)))
        {
            var same = before.Document.Span.SequenceEqual(after.Document.Span);
            Assert.Equal(before.Revision + (same ? 0 : 1), after.Revision);
        }

        Assert.Equal(1, JsonDocument.Parse(changes.First().Document).RootElement.GetProperty("secstream").GetProperty("revision").GetInt32());
    }

    private sealed class CountingOutput : IAlertOutput
    {
        public int Alerts { get; private set; }

        public void OnAlert(in AlertChange change) => Alerts++;

        public void OnIncident(in AlertChange change)
        {
        }
    }
}
