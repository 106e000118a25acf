using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using Xunit;
using static SecStream.Stages.Tests.Profiles.AnomalyHarness;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>
/// Alerts follow from what was said last of each window, whatever was said before, in which order windows came, how far the clock was, and where the program
/// was stopped and went on from its snapshot.
/// </summary>
public sealed class AnomalyOrderTests
{
    private const int Rounds = 150;

    [Fact]
    public void Alerts_AnyOrderOfWindowsAndRevisions_AreThoseOfTheLastWords()
    {
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var random = new Random(seed);
            var words = Words(random);
            var wanted = Settled(words.Select(w => w[^1]));

            var harness = new AnomalyHarness(High, Any);
            Play(harness, words, random);
            harness.Advance(long.MaxValue);

            Assert.Equal(wanted, Describe(harness.Alerts.Values));
        }
    }

    [Fact]
    public void Alerts_ToldAsTheyCome_AreTheSettledOnesOnceAllIsSaid()
    {
        for (var seed = 1; seed <= Rounds / 3; seed++)
        {
            var random = new Random(-seed);
            var words = Words(random);
            var harness = new AnomalyHarness(High, Any);
            Play(harness, words, random);

            // Late enough for every correction and revision, too early for anything to be settled for good.
            harness.Advance(Noon + (62 * EventClock.Minute));
            harness.Advance(Noon + (63 * EventClock.Minute));
            Assert.Equal(Settled(words.Select(w => w[^1])), Describe(harness.Alerts.Values));
        }
    }

    /// <summary>Of each window of two keys what is said of it, in order; null: it is none.</summary>
    private static List<List<(string Key, Anomaly Window, bool Stands)>> Words(Random random)
    {
        var all = new List<List<(string, Anomaly, bool)>>();
        foreach (var key in new[] { "k1", "k2" })
        {
            for (var minute = 0; minute < 60; minute += 5)
            {
                if (random.Next(3) > 0)
                {
                    continue;
                }

                var minutes = minute == 55 ? 60 : 5;
                var start = minute == 55 ? 0 : minute;
                all.Add([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                {
                    var grade = random.Next(30, 100) / 100.0;
                    var severity = grade >= 0.8 ? Severity.High : Severity.Low;
                    return (key, Window(start, grade, random.Next(1, 130), minutes, severity), random.Next(4) > 0);
                })]);
            }
        }

        return all;
    }

    private static void Play(AnomalyHarness harness, List<List<(string Key, Anomaly Window, bool Stands)>> words, Random random)
    {
        var left = words.Select(w => new Queue<(string Key, Anomaly Window, bool Stands)>(w)).ToList();
        var clock = Noon;
        while (left.Count > 0)
        {
            var at = random.Next(left.Count);
            var (key, window, stands) = left[at].Dequeue();
            if (left[at].Count == 0)
            {
                left.RemoveAt(at);
            }

            if (stands)
            {
                harness.Emit(window, key);
            }
            else
            {
                harness.Withdraw(window, key);
            }

            if (random.Next(3) == 0)
            {
                clock = Math.Min(clock + (random.Next(1, 20) * EventClock.Minute), Noon + (61 * EventClock.Minute));
                harness.Advance(clock);
            }

            if (random.Next(8) == 0)
            {
                harness.Restart();
            }
        }
    }

    private static List<string> Settled(IEnumerable<(string Key, Anomaly Window, bool Stands)> last)
    {
        var harness = new AnomalyHarness(High, Any);
        foreach (var (key, window, _) in last.Where(w => w.Stands).OrderBy(w => w.Window.End))
        {
            harness.Emit(window, key);
        }

        harness.Advance(long.MaxValue);
        return Describe(harness.Alerts.Values);
    }

    private static List<string> Describe(IEnumerable<Alert> alerts) =>
    [
        .. alerts.Select(a =>
            $"{a.Id} {a.RuleCode} {a.Key[0].Value} {a.Opened} {a.Start} {a.End} {a.Total} {a.Observed} {a.Anomaly!.Start} {a.Anomaly.End} {a.Anomaly.Grade} "
            + $"{a.Anomaly.Events} {string.Join(',', a.Evidence.Select(e => e.EventId))} {a.ActionsText()}").Order(StringComparer.Ordinal),
    ];
}

file static class AlertText
{
    public static string ActionsText(this Alert alert) => string.Join(',', alert.Actions.Select(a => $"{a.Value}×{a.Count}"));
}
