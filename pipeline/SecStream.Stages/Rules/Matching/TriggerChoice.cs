using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// Chooses the tests that wake a detection: a set of positive tests of which at least one holds whenever the detection does, and that is
/// met by as few events as can be guessed from the rule alone. Only these are run against every event.
/// </summary>
internal static class TriggerChoice
{
    /// <summary>The chosen tests, or null when the detection can match without any of its positive tests (it is then always evaluated).</summary>
    public static IReadOnlyList<FieldTest>? For(DetectionNode root) => Cover(root)?.Tests;

    private static (List<FieldTest> Tests, double Share)? Cover(DetectionNode node)
    {
        switch (node)
        {
            case FieldTest test:
                return CanTrigger(test) ? ([test], Share(test)) : null;
            case AllOf all:
                (List<FieldTest> Tests, double Share)? best = null;
                foreach (var child in all.Children)
                {
                    var cover = Cover(child);
                    best = cover is { } c && (best is null || c.Share < best.Value.Share) ? cover : best;
                }

                return best;
            case AnyOf any:
                var tests = new List<FieldTest>();
                var share = 0.0;
                foreach (var child in any.Children)
                {
                    if (Cover(child) is not { } cover)
                    {
                        return null;
                    }

                    tests.AddRange(cover.Tests);
                    share += cover.Share;
                }

                // However long the list, the index answers it at once, and together its texts are still rarer than a kind of event.
                return (tests, Math.Min(share, 0.15));
            case Not { Child: Not inner }:
                return Cover(inner.Child);
            default:
                return null;
        }
    }

    // Regular expressions, other fields and absence are asked last, never first.
    private static bool CanTrigger(FieldTest test) => test.Operator switch
    {
        TestOperator.Regex or TestOperator.OtherField or TestOperator.Missing => false,
        TestOperator.Text => test.Pattern!.Shape != PatternShape.Wildcard || test.Pattern.Literal.Length > 0,
        _ => true,
    };

    // Guessed share of events that meet a test. Kinds of events and names of common programs are frequent whatever their length; of other
    // texts the longer are the rarer.
    private static double Share(FieldTest test)
    {
        var common = IsCommon(test.Field);
        return test.Operator switch
        {
            TestOperator.Exists => 0.5,
            TestOperator.Number => common ? 0.1 : 0.01,
            TestOperator.Text => test.Pattern!.Shape switch
            {
                PatternShape.Anything => 0.5,
                _ when test.Field == FieldTest.Keyword => 0.1,
                PatternShape.Exact => common ? 0.2 : 0.01,
                PatternShape.Prefix or PatternShape.Suffix when common => 0.02,
                _ => Math.Max(0.0002, 0.1 * Math.Pow(0.7, test.Pattern.Literal.Length)),
            },
            _ => 0.2,
        };
    }

    private static bool IsCommon(int field) => field is Ecs.EventCategory or Ecs.EventModule or Ecs.EventDataset or Ecs.EventKind or Ecs.EventType
        or Ecs.EventOutcome or Ecs.EventCode or Ecs.EventProvider or Ecs.SecstreamUserAdmin or Ecs.LogLevel or Ecs.ProcessName
        or Ecs.ProcessExecutable or Ecs.ProcessParentName;
}
