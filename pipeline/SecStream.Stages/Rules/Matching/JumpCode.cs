using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>One step of a detection: ask a test, go on at one place or the other.</summary>
/// <param name="Test">Number of the test.</param>
/// <param name="WhenTrue">Next step, or <see cref="JumpCode.Match"/>, <see cref="JumpCode.NoMatch"/>.</param>
/// <param name="WhenFalse">Likewise.</param>
internal readonly record struct JumpStep(int Test, int WhenTrue, int WhenFalse);

/// <summary>
/// Turns a tree into steps that stop as soon as the outcome is known. Steps only lead forward, so a detection costs at most its number of
/// tests. Expensive tests come last within every and/or: they are asked only while the rest leaves the outcome open.
/// </summary>
internal static class JumpCode
{
    public const int Match = -1;
    public const int NoMatch = -2;

    public static JumpStep[] Compile(DetectionNode root, Func<FieldTest, int> number)
    {
        var steps = new List<JumpStep>();
        var entry = Emit(root, Match, NoMatch, steps, number);

        // Built back to front; numbered front to back for the reader of the memory.
        var last = steps.Count - 1;
        int Flip(int target) => target < 0 ? target : last - target;
        steps.Reverse();
        var code = steps.Select(s => new JumpStep(s.Test, Flip(s.WhenTrue), Flip(s.WhenFalse))).ToArray();
        return Flip(entry) == 0 ? code : throw new InvalidOperationException("A detection starts with its first step.");
    }

    private static int Emit(DetectionNode node, int whenTrue, int whenFalse, List<JumpStep> steps, Func<FieldTest, int> number)
    {
        switch (node)
        {
            case FieldTest test:
                steps.Add(new JumpStep(number(test), whenTrue, whenFalse));
                return steps.Count - 1;
            case Not not:
                return Emit(not.Child, whenFalse, whenTrue, steps, number);
            case AllOf all:
                var allTarget = whenTrue;
                foreach (var child in all.Children.OrderBy(Cost).Reverse())
                {
                    allTarget = Emit(child, allTarget, whenFalse, steps, number);
                }

                return allTarget;
            case AnyOf any:
                var anyTarget = whenFalse;
                foreach (var child in any.Children.OrderBy(Cost).Reverse())
                {
                    anyTarget = Emit(child, whenTrue, anyTarget, steps, number);
                }

                return anyTarget;
            default:
                throw new ArgumentOutOfRangeException(nameof(node));
        }
    }

    // The dearest test decides; sorting is stable, so the order written is kept among equals.
    private static int Cost(DetectionNode node) => node switch
    {
        FieldTest { Operator: TestOperator.Regex } => 4,
        FieldTest { Field: FieldTest.Keyword } => 3,
        FieldTest { Operator: TestOperator.Cidr or TestOperator.OtherField } => 2,
        FieldTest { Pattern.Shape: PatternShape.Wildcard or PatternShape.Infix } => 1,
        Not not => Cost(not.Child),
        AllOf all => all.Children.Max(Cost),
        AnyOf any => any.Children.Max(Cost),
        _ => 0,
    };
}
