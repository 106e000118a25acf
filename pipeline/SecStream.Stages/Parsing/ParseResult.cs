namespace SecStream.Stages.Parsing;

/// <summary>What became of a line.</summary>
public enum ParseOutcome
{
    /// <summary>The record holds an event.</summary>
    Event = 0,

    /// <summary>The line carries nothing (blank); it is neither an event nor an error.</summary>
    Skip = 1,

    /// <summary>The line goes to the dead letters, with <see cref="ParseResult.ErrorClass"/>.</summary>
    Dead = 2,
}

/// <summary>The verdict on one line. <paramref name="ErrorClass"/> is one of <see cref="ErrorClasses"/>, empty unless dead.</summary>
public readonly record struct ParseResult(ParseOutcome Outcome, string ErrorClass)
{
    /// <summary>The record holds an event.</summary>
    public static readonly ParseResult Event = new(ParseOutcome.Event, "");

    /// <summary>A blank line.</summary>
    public static readonly ParseResult Skip = new(ParseOutcome.Skip, "");

    /// <summary>A dead letter of the given class.</summary>
    public static ParseResult Dead(string errorClass) => new(ParseOutcome.Dead, errorClass);
}

/// <summary>Why a line is a dead letter: few, stable names, fit for a metric label.</summary>
public static class ErrorClasses
{
    /// <summary>The line is not one complete JSON document.</summary>
    public const string JsonSyntax = "json_syntax";

    /// <summary>A JSON document that is not UTF-8.</summary>
    public const string InvalidUtf8 = "invalid_utf8";

    /// <summary>A JSON document without a time.</summary>
    public const string NoTimestamp = "no_timestamp";

    /// <summary>A time that is cut short or impossible.</summary>
    public const string BadTimestamp = "bad_timestamp";

    /// <summary>A syslog line that ends after its time.</summary>
    public const string SyslogSyntax = "syslog_syntax";

    /// <summary>An access-log line with an unterminated quote or a missing part.</summary>
    public const string AccessSyntax = "access_syntax";

    /// <summary>No known format recognises the line.</summary>
    public const string UnknownFormat = "unknown_format";

    /// <summary>The line exceeds <see cref="SourceOptions.MaxLineBytes"/>.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The record made the program fail twice: a defect of the program, to be reported.</summary>
    public const string Poison = "poison";
}
