using System.Globalization;
using System.Text;
using SecStream.Stages.Rules.Expressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>A value as written in a rule, while modifiers are applied to it.</summary>
internal sealed record RuleValue
{
    /// <summary>The text as a Sigma string; numbers and booleans have one too.</summary>
    public required SigmaString Text { get; init; }

    /// <summary>The number, when it was written as one and no modifier made a text of it.</summary>
    public NumberOperand? Number { get; init; }

    /// <summary>A YAML null.</summary>
    public bool IsNull { get; init; }

    /// <summary>The value as written, for what is not a Sigma string: expressions, networks, field names.</summary>
    public required string Raw { get; init; }

    /// <summary>The value as bytes, once a modifier gave it an encoding.</summary>
    public byte[]? Encoded { get; init; }

    public static RuleValue From(YamlScalarNode scalar)
    {
        var raw = scalar.Value ?? "";
        var plain = scalar.Style == ScalarStyle.Plain;
        return new RuleValue
        {
            Raw = raw,
            Text = SigmaString.Parse(raw),
            Number = plain ? ReadNumber(raw) : null,
            IsNull = plain && raw is "" or "~" or "null" or "Null" or "NULL",
        };
    }

    public static RuleValue Of(SigmaString text) => new() { Text = text, Raw = text.ToString() };

    /// <summary>Turned into a text by a modifier.</summary>
    public RuleValue With(SigmaString text) => this with { Text = text, Number = null };

    public byte[] Bytes() => Encoded ?? Encoding.UTF8.GetBytes(Text.PlainText);

    private static NumberOperand? ReadNumber(string raw)
    {
        // 007 stays a text: YAML versions disagree whether it is 7.
        if (raw.Length == 0 || !(char.IsAsciiDigit(raw[0]) || raw[0] is '-' or '+' or '.') || (raw.Length > 1 && raw[0] == '0' && char.IsAsciiDigit(raw[1])))
        {
            return null;
        }

        if (raw.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(raw.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0)
        {
            return NumberOperand.Of(hex);
        }

        if (long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return NumberOperand.Of(integer);
        }

        return double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? NumberOperand.Of(real)
            : null;
    }
}
