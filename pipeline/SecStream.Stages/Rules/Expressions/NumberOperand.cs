using System.Globalization;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>A number of a rule: exact when it is a 64-bit integer, else a double.</summary>
public readonly record struct NumberOperand(bool IsInteger, long Integer, double Real)
{
    /// <summary>An integer.</summary>
    public static NumberOperand Of(long value) => new(true, value, value);

    /// <summary>A real number; an integral one within 2^53 is the integer.</summary>
    public static NumberOperand Of(double value) =>
        Math.Abs(value) < 1L << 53 && Math.Floor(value) == value ? Of((long)value) : new(false, 0, value);

    /// <summary>Order of an event's integer relative to this number: below 0, 0, above 0.</summary>
    public int CompareEvent(long value) => IsInteger ? value.CompareTo(Integer) : CompareEvent((double)value);

    /// <summary>Order of an event's finite real number relative to this number.</summary>
    public int CompareEvent(double value) => value.CompareTo(Real);

    /// <summary>Whether a comparison with that order holds.</summary>
    public static bool Holds(TestOperator comparison, int order) => comparison switch
    {
        TestOperator.Number => order == 0,
        TestOperator.Less => order < 0,
        TestOperator.LessOrEqual => order <= 0,
        TestOperator.Greater => order > 0,
        TestOperator.GreaterOrEqual => order >= 0,
        _ => false,
    };

    /// <summary>Decimal text.</summary>
    public override string ToString() =>
        IsInteger ? Integer.ToString(CultureInfo.InvariantCulture) : Real.ToString("R", CultureInfo.InvariantCulture);
}
