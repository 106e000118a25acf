namespace SecStream.Core.Pipeline;

/// <summary>The evaluation of a rule failed: a defect of the program that the rule brings out.</summary>
public sealed class RuleFaultException : Exception
{
    /// <summary>A fault without details.</summary>
    public RuleFaultException()
    {
    }

    /// <summary>A fault with a message.</summary>
    public RuleFaultException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its cause.</summary>
    public RuleFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A fault of a rule.</summary>
    public RuleFaultException(string code, long time, Exception innerException)
        : base($"rule {code} makes the program fail: {innerException.Message}", innerException)
    {
        Code = code;
        Time = time;
    }

    /// <summary>Code of the rule.</summary>
    public string Code { get; } = "";

    /// <summary>Evaluated time of the event it failed at, microseconds.</summary>
    public long Time { get; }
}
