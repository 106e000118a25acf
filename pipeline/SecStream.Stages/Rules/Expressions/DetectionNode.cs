namespace SecStream.Stages.Rules.Expressions;

/// <summary>What a detection says about one event: a tree of tests joined by and, or, not. Immutable.</summary>
public abstract class DetectionNode;

/// <summary>Every child holds.</summary>
public sealed class AllOf(DetectionNode[] children) : DetectionNode
{
    /// <summary>At least one.</summary>
    public DetectionNode[] Children { get; } = children;
}

/// <summary>Some child holds.</summary>
public sealed class AnyOf(DetectionNode[] children) : DetectionNode
{
    /// <summary>At least one.</summary>
    public DetectionNode[] Children { get; } = children;
}

/// <summary>The child does not hold.</summary>
public sealed class Not(DetectionNode child) : DetectionNode
{
    /// <summary>What is denied.</summary>
    public DetectionNode Child { get; } = child;
}

/// <summary>Makes trees without one-child joins.</summary>
public static class DetectionNodes
{
    /// <summary>And; a single child stands for itself.</summary>
    public static DetectionNode All(IReadOnlyList<DetectionNode> children) => children.Count == 1 ? children[0] : new AllOf([.. children]);

    /// <summary>Or; a single child stands for itself.</summary>
    public static DetectionNode Any(IReadOnlyList<DetectionNode> children) => children.Count == 1 ? children[0] : new AnyOf([.. children]);

    /// <summary>The tests of a tree, in order, repeats included.</summary>
    public static IEnumerable<FieldTest> Tests(DetectionNode node) => node switch
    {
        FieldTest test => [test],
        Not not => Tests(not.Child),
        AllOf all => all.Children.SelectMany(Tests),
        AnyOf any => any.Children.SelectMany(Tests),
        _ => [],
    };

    /// <summary>One line that says the same as the tree: content hashes and diagnostics are made from it.</summary>
    public static string Describe(DetectionNode node) => node switch
    {
        FieldTest test => test.Identity,
        Not not => $"not({Describe(not.Child)})",
        AllOf all => $"and({string.Join(',', all.Children.Select(Describe))})",
        AnyOf any => $"or({string.Join(',', any.Children.Select(Describe))})",
        _ => "",
    };
}
