using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

/// <summary>A restart from a snapshot that is older than what consumers have.</summary>
public sealed class AlertBookRecallTests
{
    private static readonly AlertRule[] s_rules = [C1, P1, T1, L5, P3, T2];

    [Fact]
    public void Recall_CrashesAnywhere_ConsumersEndWithTheFinalState()
    {
        var (crashes, withdrawn) = (0, 0L);
        for (var seed = 0; seed < 120; seed++)
        {
            var random = new Random(seed);
            var steps = Steps(random);
            var expected = new Consumer();
            using (var book = Book(expected))
            {
                Play(book, steps, 0, steps.Length, new Random(seed));
                book.Advance(long.MaxValue);
            }

            var consumer = new Consumer();
            var (snapshot, position, at) = (Array.Empty<byte>(), 0, 0);
            for (var left = random.Next(1, 5); left > 0; left--)
            {
                // From the last snapshot to a new one, then on to a crash.
                using var book = Resumed(consumer, snapshot, position);
                var (save, crash) = Two(random, at, steps.Length);
                Play(book, Thin(steps, at, random), at, save, random);
                using var bytes = new MemoryStream();
                book.Save(new BinaryWriter(bytes));
                (snapshot, position) = (bytes.ToArray(), consumer.Sent.Count);
                Play(book, Thin(steps, save, random), save, crash, random);
                (at, crashes) = (save, crashes + 1);
            }

            using var last = Resumed(consumer, snapshot, position);
            Play(last, Thin(steps, at, random), at, steps.Length, random);
            last.Advance(long.MaxValue);

            Assert.Equal(expected.Live(), consumer.Live());
            consumer.AssertNoRevisionHasTwoContents();
            Assert.Equal((0, 0), (last.Count, last.Awaited));
            withdrawn += last.Counters.WithdrawnAfterRestart;
        }

        // The generator reaches what it is there for.
        Assert.True(crashes > 120 && withdrawn > 4, $"{crashes} crashes, {withdrawn} withdrawn");
    }

    [Fact]
    public void Recall_SameAlertsAgain_SendsNothing()
    {
        var consumer = new Consumer();
        using var before = Book(consumer);
        Alert[] alerts = [Make(C1, Noon, 6), Make(T1, Noon, 12), Make(C1, Noon + EventClock.Hour, 7, "bob", "198.51.100.1")];
        foreach (var alert in alerts)
        {
            before.Upsert(alert, settled: true);
            before.Flush();
        }

        var sent = consumer.Sent.Count;
        using var after = Book(consumer);
        after.Recall(consumer.Sent.ToArray(), windowsContinue: true);
        Assert.Equal(5, after.Awaited);
        Array.ForEach(alerts, alert => after.Upsert(alert, settled: true));
        after.Flush();

        Assert.Equal((sent, 0), (consumer.Sent.Count, after.Awaited));
    }

    [Fact]
    public void Recall_AlertHasNotComeAgain_IsWithdrawnWhenTheClockIsWhereItWasAndMayStillComeBack()
    {
        var consumer = new Consumer();
        using var before = Book(consumer);
        var ghost = Make(C1, Noon, 5);
        before.Upsert(ghost, settled: false);
        before.Flush();
        using var after = Book(consumer);
        after.Recall(consumer.Sent.ToArray(), windowsContinue: true);

        after.Advance(ghost.End + (5 * EventClock.Minute));
        Assert.Equal(2, consumer.Sent.Count);
        after.Advance(ghost.End + (20 * EventClock.Minute));
        Assert.Empty(consumer.Live());
        var last = consumer.Sent.Last(entry => !entry.IsIncident);
        Assert.Equal((ChangeKind.Withdrawn, 2, ghost.Id), (last.Kind, last.Revision, last.Id));
        Assert.Empty(TestFiles.AlertSchema.Validate(last.Document));
        Assert.Empty(TestFiles.IncidentSchema.Validate(consumer.Sent.Last(entry => entry.IsIncident).Document));

        // An event that comes late brings it back: with a revision that counts.
        after.Upsert(ghost, settled: false);
        after.Flush();
        Assert.Equal(2, consumer.Live().Count);
        Assert.Equal(3, consumer.Sent.Last(entry => !entry.IsIncident).Revision);
    }

    [Fact]
    public void Recall_RulesChanged_WhatDoesNotComeAgainStays()
    {
        var consumer = new Consumer();
        using var before = Book(consumer);
        before.Upsert(Make(C1, Noon, 5), settled: false);
        before.Flush();
        using var after = Book(consumer);
        after.Recall(consumer.Sent.ToArray(), windowsContinue: false);
        after.Advance(long.MaxValue);

        Assert.Equal(2, consumer.Live().Count);
        Assert.Equal(0, after.Awaited);
    }

    [Fact]
    public void Recall_RulesChangedOnce_LaterRestartsWithdrawAgain()
    {
        var consumer = new Consumer();
        using var before = Book(consumer);
        before.Upsert(Make(C1, Noon, 5), settled: false);
        before.Flush();
        using var changed = Book(consumer);
        changed.Recall(consumer.Sent.ToArray(), windowsContinue: false);
        using var bytes = new MemoryStream();
        changed.Save(new BinaryWriter(bytes));
        var position = consumer.Sent.Count;
        changed.Upsert(Make(C1, Noon + EventClock.Day, 5), settled: false);
        changed.Flush();

        using var after = Resumed(consumer, bytes.ToArray(), position);
        after.Advance(long.MaxValue);
        Assert.Equal(2, after.Counters.WithdrawnAfterRestart);
        Assert.Equal(2, consumer.Live().Count);
        Assert.All(consumer.Live(), document => Assert.Contains("2026-03-01T12:00", document, StringComparison.Ordinal));
    }

    [Fact]
    public void Recall_OtherContent_GetsAHigherRevisionThanAnySent()
    {
        var consumer = new Consumer();
        using var before = Book(consumer);
        foreach (var events in (int[])[5, 6, 7])
        {
            before.Upsert(Make(C1, Noon, events), settled: false);
            before.Flush();
        }

        using var after = Book(consumer);
        after.Recall(consumer.Sent.ToArray(), windowsContinue: true);
        after.Upsert(Make(C1, Noon, 9), settled: true);
        after.Flush();

        Assert.Equal([1, 2, 3, 4], consumer.Sent.Where(entry => !entry.IsIncident).Select(entry => entry.Revision));
    }

    [Fact]
    public void Restore_BookOfTheFirstFormat_IsRead()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(1);
        writer.Write(Noon);
        writer.Write(Noon);
        writer.Write(0);
        bytes.Position = 0;
        using var book = Book(new Consumer());
        book.Restore(new BinaryReader(bytes));
        Assert.Equal(0, book.Count);
    }

    private static AlertBook Book(IAlertOutput output) => new(All, Versions, output);

    private static AlertBook Resumed(Consumer consumer, byte[] snapshot, int position)
    {
        var book = Book(consumer);
        if (snapshot.Length > 0)
        {
            book.Restore(new BinaryReader(new MemoryStream(snapshot)));
        }

        book.Recall(consumer.Sent.Skip(position).ToArray(), windowsContinue: true);
        return book;
    }

    private static (int, int) Two(Random random, int from, int to)
    {
        var (a, b) = (random.Next(from, to + 1), random.Next(from, to + 1));
        return (Math.Min(a, b), Math.Max(a, b));
    }

    private static void Play(AlertBook book, Step[] steps, int from, int to, Random random)
    {
        for (var i = from; i < to; i++)
        {
            var step = steps[i];
            if (step.IsLeftOut)
            {
                continue;
            }

            if (step.IsWithdrawal)
            {
                book.Withdraw(step.Alert.Id, null);
            }
            else
            {
                book.Upsert(step.Alert, step.IsSettled);
            }

            if (random.Next(3) == 0)
            {
                book.Flush();
            }

            if (random.Next(4) == 0)
            {
                book.Advance(steps.Skip(i).Min(s => s.Alert.Start));
            }
        }
    }

    /// <summary>After a restart the shards see more events at once: states between may not come about again. What stands in the snapshot does get its end.</summary>
    private static Step[] Thin(Step[] steps, int from, Random random)
    {
        var isGone = new HashSet<string>();
        var known = steps.Take(from).Select(step => step.Alert.Id).ToHashSet();
        return
        [
            .. steps.Select((step, i) =>
            {
                if (i < from || step.IsSettled || (step.IsWrong && known.Contains(step.Alert.Id)))
                {
                    return step;
                }

                var leaveOut = step.IsWrong ? !isGone.Add(step.Alert.Id) || random.Next(2) == 0 : random.Next(2) == 0;
                if (step.IsWrong && !leaveOut)
                {
                    isGone.Remove(step.Alert.Id);
                    known.Add(step.Alert.Id);
                }

                return step with { IsLeftOut = leaveOut };
            }),
        ];
    }

    private static Step[] Steps(Random random)
    {
        var alerts = Enumerable.Range(0, random.Next(1, 30)).Select(_ =>
        {
            var opened = Noon + (random.Next(0, 900) * EventClock.Minute);
            var alert = Make(s_rules[random.Next(s_rules.Length)], opened, random.Next(1, 100), random.Next(2) == 0 ? "alice" : "bob", random.Next(3) == 0 ? "198.51.100.1" : Address);
            return alert with { Start = alert.Start - (random.Next(0, 180) * EventClock.Minute) };
        }).DistinctBy(alert => alert.Id).OrderBy(alert => alert.Opened).ToArray();
        return [.. alerts.SelectMany(alert => StepsOf(alert, random))];
    }

    private static IEnumerable<Step> StepsOf(Alert alert, Random random)
    {
        if (random.Next(3) == 0)
        {
            // Often before its neighbours, so that it changes the incident of alerts that are settled.
            var opened = alert.Opened - 17 - (random.Next(240) * EventClock.Minute);
            var wrong = alert with
            {
                Id = AlertFactory.MakeId("default", alert.RuleCode, ["wrong"], opened), Opened = opened, Start = Math.Min(alert.Start, opened),
            };
            yield return new Step(wrong, IsWrong: true);
            yield return new Step(wrong, IsWrong: true, IsWithdrawal: true);
        }

        for (var left = random.Next(3); left > 0; left--)
        {
            var end = Math.Max(alert.Opened, alert.End - (random.Next(-90, 180) * EventClock.Minute));
            yield return new Step(alert with { End = end, Total = Math.Max(1, alert.Total - left) });
            if (random.Next(4) == 0)
            {
                yield return new Step(alert, IsWithdrawal: true);
            }
        }

        yield return new Step(alert, IsSettled: true);
    }

    private sealed record Step(Alert Alert, bool IsSettled = false, bool IsWithdrawal = false, bool IsWrong = false, bool IsLeftOut = false);

    /// <summary>Keeps the highest revision of every id, and everything as the outbox would.</summary>
    private sealed class Consumer : IAlertOutput
    {
        public List<OutboxEntry> Sent { get; } = [];

        public void OnAlert(in AlertChange change) => Add(change, isIncident: false);

        public void OnIncident(in AlertChange change) => Add(change, isIncident: true);

        /// <summary>What is not withdrawn, without revisions.</summary>
        public List<string> Live() =>
        [
            .. Sent.GroupBy(entry => entry.Id)
                .Select(revisions => revisions.MaxBy(entry => entry.Revision)!)
                .Where(entry => entry.Kind != ChangeKind.Withdrawn)
                .Select(Content)
                .Order(StringComparer.Ordinal),
        ];

        public void AssertNoRevisionHasTwoContents()
        {
            foreach (var same in Sent.GroupBy(entry => (entry.Id, entry.Revision)))
            {
                Assert.Single(same.Select(entry => Encoding.UTF8.GetString(entry.Document.Span)).Distinct());
            }
        }

        private static string Content(OutboxEntry entry) =>
            Encoding.UTF8.GetString(entry.Document.Span).Replace($",\"revision\":{entry.Revision}", "", StringComparison.Ordinal);

        private void Add(in AlertChange change, bool isIncident) => Sent.Add(new OutboxEntry
        {
            Kind = change.Kind,
            IsIncident = isIncident,
            Tenant = change.Tenant,
            Id = change.Id,
            Revision = change.Revision,
            Rule = change.RuleCode,
            Severity = change.Severity,
            Opened = change.Opened,
            IsSettled = change.IsSettled,
            EntityType = change.Entity.Type,
            EntityName = change.Entity.Name,
            EntityValue = change.Entity.Value,
            Document = change.Document,
        });
    }
}
