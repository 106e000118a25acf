using System.Buffers.Text;
using System.Text;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>One value as the tests see it.</summary>
internal readonly ref struct TestedValue(FieldKind kind, long bits, ReadOnlySpan<byte> text, ReadOnlySpan<byte> folded)
{
    public readonly FieldKind Kind = kind;
    public readonly long Bits = bits;
    public readonly ReadOnlySpan<byte> Text = text;
    public readonly ReadOnlySpan<byte> Folded = folded;
}

/// <summary>Answers a test for one value. Thread-safe but for the character buffer handed in.</summary>
internal static class ValueTest
{
    public static bool Holds(FieldTest test, in TestedValue value, ref char[] characters) => test.Operator switch
    {
        TestOperator.Text => Covers(test.Pattern!, value),
        TestOperator.Exists => true,
        TestOperator.Cidr => InNetwork(test.Network, value.Text),
        TestOperator.Regex => Matches(test, value.Text, ref characters),
        TestOperator.Number => Compares(test, value) || value.Text.SequenceEqual(test.NumberText),
        _ => Compares(test, value),
    };

    public static bool Covers(TextPattern pattern, in TestedValue value) => pattern.Covers(pattern.Cased ? value.Text : value.Folded);

    /// <summary>Compares by number; texts that are no number compare with nothing.</summary>
    public static bool Compares(FieldTest test, in TestedValue value)
    {
        switch (value.Kind)
        {
            case FieldKind.Integer:
                return NumberOperand.Holds(test.Operator, test.Number.CompareEvent(value.Bits));
            case FieldKind.Float:
                return IsFiniteAndHolds(test, BitConverter.Int64BitsToDouble(value.Bits));
            case FieldKind.Text when test.Operator != TestOperator.Number:
                if (Utf8Parser.TryParse(value.Text, out long integer, out var used) && used == value.Text.Length)
                {
                    return NumberOperand.Holds(test.Operator, test.Number.CompareEvent(integer));
                }

                return Utf8Parser.TryParse(value.Text, out double real, out used) && used == value.Text.Length && IsFiniteAndHolds(test, real);
            default:
                return false;
        }
    }

    /// <summary>How two texts relate.</summary>
    public static bool Relates(TextRelation relation, ReadOnlySpan<byte> text, ReadOnlySpan<byte> other) => relation switch
    {
        TextRelation.StartsWith => text.StartsWith(other),
        TextRelation.EndsWith => text.EndsWith(other),
        TextRelation.Contains => text.IndexOf(other) >= 0,
        _ => text.SequenceEqual(other),
    };

    private static bool IsFiniteAndHolds(FieldTest test, double value) =>
        double.IsFinite(value) && NumberOperand.Holds(test.Operator, test.Number.CompareEvent(value));

    private static bool InNetwork(Cidr network, ReadOnlySpan<byte> text) =>
        Cidr.TryParseAddress(text, out var isV4, out var address)
        && isV4 == network.IsV4 && (address & Cidr.Mask(isV4, network.Bits)) == network.Base;

    // .NET matches characters, events are bytes. Linear in the text: the expressions are compiled without backtracking.
    private static bool Matches(FieldTest test, ReadOnlySpan<byte> text, ref char[] characters)
    {
        if (characters.Length < text.Length)
        {
            characters = new char[Math.Max(text.Length, characters.Length * 2)];
        }

        var length = Encoding.UTF8.GetChars(text, characters);
        return test.Expression!.IsMatch(characters.AsSpan(0, length));
    }
}
