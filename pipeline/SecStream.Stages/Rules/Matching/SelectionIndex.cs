using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// All detections arranged for matching. Equal tests of different rules are one test; a detection is looked at only when one of its waking
/// tests (<see cref="TriggerChoice"/>) held; its other tests are asked then, at most once per event. Immutable, shared by all workers.
/// </summary>
public sealed class SelectionIndex
{
    /// <summary>Arranges the detections of a rule set.</summary>
    /// <param name="detections">The detections.</param>
    /// <param name="fields">The fields they read.</param>
    /// <param name="isNeeded">Which of them are looked for; null: all.</param>
    public SelectionIndex(IReadOnlyList<Detection> detections, FieldCatalog fields, Func<Detection, bool>? isNeeded = null)
    {
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(fields);
        FieldCount = fields.Count;
        DetectionCount = detections.Count;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var tests = new List<FieldTest>();
        int Number(FieldTest test)
        {
            if (!numbers.TryGetValue(test.Identity, out var number))
            {
                number = tests.Count;
                numbers.Add(test.Identity, number);
                tests.Add(test);
            }

            return number;
        }

        var needed = detections.Select(d => isNeeded is null || isNeeded(d)).ToArray();
        Code = [.. detections.Select((d, i) => needed[i] ? JumpCode.Compile(d.Condition, Number) : [])];
        AlwaysAwake = new ulong[(DetectionCount + 63) / 64];
        var wakes = new Dictionary<int, List<int>>();
        for (var i = 0; i < DetectionCount; i++)
        {
            if (!needed[i])
            {
                continue;
            }

            if (TriggerChoice.For(detections[i].Condition) is not { } triggers)
            {
                AlwaysAwake[i >> 6] |= 1UL << (i & 63);
                continue;
            }

            foreach (var number in triggers.Select(Number).Distinct())
            {
                (wakes.TryGetValue(number, out var list) ? list : wakes[number] = []).Add(i);
            }
        }

        Tests = [.. tests];
        Wakes = [.. Enumerable.Range(0, Tests.Length).Select(t => wakes.TryGetValue(t, out var list) ? list.ToArray() : [])];
        Programs = [.. wakes.Keys.Order().GroupBy(t => Tests[t].Field).OrderBy(g => g.Key)
            .Select(g => FieldProgram.Build(g.Key, [.. g.Select(t => (Tests[t], t))]))];
        HasAlwaysAwake = AlwaysAwake.Any(w => w != 0);
        MaxInfixCount = Programs.Select(p => p.InfixPostings.Length).DefaultIfEmpty(0).Max();
    }

    /// <summary>Number of detections: the room <see cref="SelectionMatcher.Match"/> needs.</summary>
    public int DetectionCount { get; }

    /// <summary>Number of different tests.</summary>
    public int TestCount => Tests.Length;

    /// <summary>Number of detections that are evaluated on every event because nothing positive is required of it.</summary>
    public int AlwaysAwakeCount => AlwaysAwake.Sum(w => System.Numerics.BitOperations.PopCount(w));

    internal int FieldCount { get; }

    internal FieldTest[] Tests { get; }

    /// <summary>Per test the detections it wakes; empty for tests that are only asked when needed.</summary>
    internal int[][] Wakes { get; }

    internal FieldProgram[] Programs { get; }

    internal JumpStep[][] Code { get; }

    internal ulong[] AlwaysAwake { get; }

    internal bool HasAlwaysAwake { get; }

    internal int MaxInfixCount { get; }
}
