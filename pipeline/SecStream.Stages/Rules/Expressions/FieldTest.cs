using System.Globalization;
using System.Text.RegularExpressions;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>What a <see cref="FieldTest"/> asks of a value.</summary>
public enum TestOperator
{
    /// <summary>The whole text is the pattern (<c>*</c>, <c>?</c> and plain text in any mix).</summary>
    Text,

    /// <summary>The value is the number, whether written as a number or as its decimal text.</summary>
    Number,

    /// <summary>&lt;</summary>
    Less,

    /// <summary>≤</summary>
    LessOrEqual,

    /// <summary>&gt;</summary>
    Greater,

    /// <summary>≥</summary>
    GreaterOrEqual,

    /// <summary>The field is there and not a JSON null.</summary>
    Exists,

    /// <summary>The field is absent or a JSON null.</summary>
    Missing,

    /// <summary>The value is an address in the network.</summary>
    Cidr,

    /// <summary>The regular expression is found in the text.</summary>
    Regex,

    /// <summary>The text equals, starts with, ends with or contains the text of another field.</summary>
    OtherField,
}

/// <summary>How the text of one field relates to that of another (<c>fieldref</c>).</summary>
public enum TextRelation
{
    /// <summary>Same text.</summary>
    Equal,

    /// <summary>Begins with the other's text.</summary>
    StartsWith,

    /// <summary>Ends with the other's text.</summary>
    EndsWith,

    /// <summary>Has the other's text in it.</summary>
    Contains,
}

/// <summary>
/// One question about one field; of a multi-valued field it holds when it holds for any element. A test without a field
/// (<see cref="Keyword"/>) is asked of the message and of the raw line. Immutable and thread-safe. Tests with equal
/// <see cref="Identity"/> are the same test and are evaluated once per event.
/// </summary>
public sealed class FieldTest : DetectionNode
{
    /// <summary><see cref="Field"/> of a keyword.</summary>
    public const int Keyword = -1;

    private FieldTest(int field, string fieldName, TestOperator @operator, string argument)
    {
        Field = field;
        FieldName = fieldName;
        Operator = @operator;
        Identity = $"{fieldName} {@operator} {argument}";
    }

    /// <summary>Field id, or <see cref="Keyword"/>.</summary>
    public int Field { get; }

    /// <summary>Name of the field; empty for a keyword.</summary>
    public string FieldName { get; }

    /// <summary>What is asked.</summary>
    public TestOperator Operator { get; }

    /// <summary>Says what the test is, completely.</summary>
    public string Identity { get; }

    /// <summary>The pattern of <see cref="TestOperator.Text"/>.</summary>
    public TextPattern? Pattern { get; private init; }

    /// <summary>A keyword's pattern with its quotes and backslashes escaped, for raw lines that are JSON; null when it is the same.</summary>
    public TextPattern? JsonPattern { get; private init; }

    /// <summary>The decimal text of a number, which a text value may equal.</summary>
    public byte[] NumberText { get; private init; } = [];

    /// <summary>The right-hand side of a comparison.</summary>
    public NumberOperand Number { get; private init; }

    /// <summary>The network of <see cref="TestOperator.Cidr"/>.</summary>
    public Cidr Network { get; private init; }

    /// <summary>The expression of <see cref="TestOperator.Regex"/>; matches in time linear in the input.</summary>
    public Regex? Expression { get; private init; }

    /// <summary>The other field's id.</summary>
    public int OtherField { get; private init; } = -1;

    /// <summary>How the two texts relate.</summary>
    public TextRelation Relation { get; private init; }

    /// <summary>Upper and lower case differ (<c>fieldref</c> with <c>cased</c>).</summary>
    public bool Cased { get; private init; }

    /// <summary>A text test.</summary>
    public static FieldTest Text(int field, string name, TextPattern pattern) =>
        new(field, name, TestOperator.Text, pattern.Identity) { Pattern = pattern };

    /// <summary>A text to be found in the message or the raw line.</summary>
    public static FieldTest KeywordText(TextPattern pattern, TextPattern? jsonPattern) =>
        new(Keyword, "", TestOperator.Text, pattern.Identity) { Pattern = pattern, JsonPattern = jsonPattern };

    /// <summary>A numeric test.</summary>
    public static FieldTest Compare(int field, string name, TestOperator comparison, NumberOperand number) =>
        new(field, name, comparison, number.ToString())
        {
            Number = number,
            NumberText = System.Text.Encoding.ASCII.GetBytes(number.ToString()),
        };

    /// <summary>Whether the field is there.</summary>
    public static FieldTest Presence(int field, string name, bool present) =>
        new(field, name, present ? TestOperator.Exists : TestOperator.Missing, "");

    /// <summary>Whether the address lies in a network.</summary>
    public static FieldTest InNetwork(int field, string name, Cidr network) =>
        new(field, name, TestOperator.Cidr, network.ToString()) { Network = network };

    /// <summary>A search by regular expression.</summary>
    public static FieldTest Matches(int field, string name, Regex expression) =>
        new(field, name, TestOperator.Regex, ((int)expression.Options).ToString(CultureInfo.InvariantCulture) + " " + expression)
        {
            Expression = expression,
        };

    /// <summary>A comparison with another field of the event.</summary>
    public static FieldTest Compare(int field, string name, int other, string otherName, TextRelation relation, bool cased) =>
        new(field, name, TestOperator.OtherField, $"{relation} {(cased ? "cased " : "")}{otherName}")
        {
            OtherField = other,
            Relation = relation,
            Cased = cased,
        };
}
