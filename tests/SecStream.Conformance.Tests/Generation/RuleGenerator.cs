using SecStream.Conformance.Tests.Reference;
using SecStream.Stages.Rules.Model;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>Random rule sets: every kind, shared and different keys, overlapping detections.</summary>
internal static class RuleGenerator
{
    private static readonly ReferenceDetection[] Pool =
    [
        new("d_failed", [new("event.action", true, "login_failed")]),
        new("d_failed_exact", [new("event.action", false, "login_failed")]),
        new("d_failed_root", [new("event.action", true, "login_failed"), new("user.name", false, "root")]),
        new("d_unknown_user", [new("event.action", false, "login_failed_user_not_found")]),
        new("d_success", [new("event.action", false, "login_success")]),
        new("d_access", [new("event.action", false, "data_access")]),
        new("d_change", [new("event.action", true, "configuration_")]),
        new("d_users", [new("user.name", true, "u")]),
        new("d_web", [new("service.name", true, "web")]),
        new("d_shop_access", [new("service.name", false, "webshop"), new("event.action", false, "data_access")]),
        new("d_first_host", [new("host.name", false, "h0")]),
        new("d_sshd", [new("process.name", false, "sshd")]),
    ];

    private static readonly string[][] Keys =
        [["source.address"], ["source.address"], ["source.address"], ["user.name"], ["user.name"], ["host.name"], ["source.address", "user.name"], ["source.address", "service.name"]];

    private static readonly string[] ValueFields = ["user.name", "host.name", "service.name", "source.address", "source.geo.country_iso_code"];

    public static ReferenceRule[] Generate(Random random) => [.. Enumerable.Range(1, random.Next(1, 8)).Select(i => Rule(random, $"R{i}"))];

    /// <summary>What becomes of rules when somebody works on them: some stay, some change, some go, some come, some are only moved.</summary>
    public static ReferenceRule[] Change(ReferenceRule[] rules, Random random)
    {
        var kept = rules.Where(_ => random.Next(5) != 0).Select(rule => random.Next(3) == 0 ? Rule(random, rule.Code) : rule);
        var added = Enumerable.Range(0, random.Next(0, 3)).Select(i => Rule(random, $"N{random.Next(1000)}{i}"));
        var changed = kept.Concat(added).ToArray();
        if (random.Next(3) == 0)
        {
            random.Shuffle(changed);
        }

        return changed.Length > 0 ? changed : [Rule(random, "N")];
    }

    private static ReferenceRule Rule(Random random, string code)
    {
        var kind = (RuleKind)random.Next(0, 7);
        kind = random.Next(4) == 0 ? RuleKind.EventCount : kind;
        var hasWindow = kind is RuleKind.EventCount or RuleKind.ValueCount or RuleKind.Temporal or RuleKind.TemporalOrdered;
        var isTemporal = kind is RuleKind.Temporal or RuleKind.TemporalOrdered;
        var window = hasWindow ? Pick(random, [1, 2, 5, 10, 30, 60, 300, 600, 900, 3600]) : 0;
        var key = kind is RuleKind.NewValue or RuleKind.ImpossibleTravel && random.Next(2) == 0 ? ["user.name"] : Keys[random.Next(Keys.Length)];
        var detections = Detections(random, isTemporal ? random.Next(2, 4) : hasWindow ? random.Next(1, 4) : 1);
        var useAlias = isTemporal && random.Next(4) == 0;
        var minCounts = kind == RuleKind.TemporalOrdered || isTemporal && random.Next(2) == 0;
        var inputs = isTemporal
            ? detections.Select((d, i) => new ReferenceInput(
                [d], minCounts ? random.Next(1, 6) : 1, useAlias ? [i == 0 ? "user.name" : "user.target.name"] : key)).ToArray()
            : [new ReferenceInput(detections, 1, key)];
        return new ReferenceRule
        {
            Code = code,
            Kind = kind,
            Inputs = inputs,
            KeyNames = useAlias ? ["who"] : key,
            WindowSeconds = window,
            GapSeconds = random.Next(2) == 0 && window > 0 ? window : Math.Max(window, Pick(random, [1, 10, 60, 600, 1800, 3600])),
            Operator = random.Next(8) switch { < 5 => ThresholdOperator.GreaterOrEqual, < 7 => ThresholdOperator.Greater, _ => ThresholdOperator.Equal },
            Threshold = isTemporal || !hasWindow ? 1 : kind == RuleKind.ValueCount ? random.Next(1, 4) : Threshold(random),
            ValueField = kind == RuleKind.ValueCount ? ValueFields[random.Next(ValueFields.Length)]
                : kind == RuleKind.NewValue ? ValueFields[random.Next(2) == 0 ? 4 : random.Next(4)] : null,
        };
    }

    private static long Threshold(Random random) => random.Next(5) switch { 0 => random.Next(1, 3), < 4 => random.Next(3, 12), _ => random.Next(12, 81) };

    /// <summary>
    /// Different detections. Those that count attempts are not mixed in one rule with those that a login line may match as a mere line: how
    /// often such a line counts for the rule is nowhere said.
    /// </summary>
    private static ReferenceDetection[] Detections(Random random, int count)
    {
        var chosen = new List<ReferenceDetection>();
        for (var tries = 0; chosen.Count < count && tries < 50; tries++)
        {
            var next = Pool[random.Next(Pool.Length)];
            if (!chosen.Contains(next) && !chosen.Exists(c => Mixes(c, next) || Mixes(next, c)))
            {
                chosen.Add(next);
            }
        }

        return [.. chosen];
    }

    private static bool Mixes(ReferenceDetection attempts, ReferenceDetection lines) =>
        attempts.CountsAttempts && !lines.CountsAttempts && lines.Checks.All(c => c.Field != "event.action");

    private static long Pick(Random random, long[] values) => values[random.Next(values.Length)];
}
