using System.Globalization;
using System.Text.Json;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Service;

/// <summary>Severity of a message, with the number syslog gives it.</summary>
public enum LogLevel
{
    /// <summary>Something failed and stays so.</summary>
    Error = 3,

    /// <summary>Something is amiss that mends itself or can be mended.</summary>
    Warning = 4,

    /// <summary>Something a person wants to know: started, stopped, reloaded.</summary>
    Notice = 5,

    /// <summary>Anything else.</summary>
    Info = 6,
}

/// <summary>How messages are written.</summary>
public enum LogStyle
{
    /// <summary>For people: the time, colour where the terminal has it.</summary>
    Terminal,

    /// <summary>For the journal of systemd: <c>&lt;N&gt;</c> before the text, no time (the journal has its own).</summary>
    Journal,

    /// <summary>For programs: a JSON document a line.</summary>
    Json,
}

/// <summary>What the service says of itself: one line a message, to standard error. Control characters are made visible, for messages quote what came from outside. Thread-safe.</summary>
public sealed class ServiceLog(TextWriter output, LogStyle style, bool colour, TimeProvider time)
{
    private const int MostCharacters = 4000;
    private readonly Lock _lock = new();

    /// <summary>For this process.</summary>
    /// <param name="format">Value of <c>--log</c>: <c>auto</c>, <c>text</c>, <c>journal</c> or <c>json</c>.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ConfigurationException">It is another word.</exception>
    public static ServiceLog ForProcess(string format, TimeProvider time)
    {
        var style = format switch
        {
            "auto" => Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 } ? LogStyle.Journal : LogStyle.Terminal,
            "text" => LogStyle.Terminal,
            "journal" => LogStyle.Journal,
            "json" => LogStyle.Json,
            _ => throw new ConfigurationException($"--log {format}: use auto, text, journal or json"),
        };
        var colour = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 };
        return new ServiceLog(Console.Error, style, colour, time);
    }

    /// <summary>Something failed and stays so.</summary>
    public void Error(string message) => Write(LogLevel.Error, message);

    /// <summary>Something is amiss.</summary>
    public void Warning(string message) => Write(LogLevel.Warning, message);

    /// <summary>Something a person wants to know.</summary>
    public void Notice(string message) => Write(LogLevel.Notice, message);

    /// <summary>Anything else.</summary>
    public void Info(string message) => Write(LogLevel.Info, message);

    /// <summary>Writes a message as one line.</summary>
    public void Write(LogLevel level, string message)
    {
        var line = Line(level, message);
        try
        {
            lock (_lock)
            {
                output.WriteLine(line);
                output.Flush();
            }
        }
        catch (IOException)
        {
            // Whoever read standard error has gone; the service goes on without being heard.
        }
    }

    private string Line(LogLevel level, string message)
    {
        if (style == LogStyle.Json)
        {
            return JsonSerializer.Serialize(new { time = time.GetUtcNow().UtcDateTime, level = Name(level), message = Bounded(message) });
        }

        var text = SafeText.Show(string.Join("; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)), MostCharacters);
        if (style == LogStyle.Journal)
        {
            return string.Create(CultureInfo.InvariantCulture, $"<{(int)level}>{text}");
        }

        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var name = Name(level).PadRight(7);
        return colour ? $"\u001b[90m{stamp}\u001b[0m {Colour(level)}{name}\u001b[0m {text}" : $"{stamp} {name} {text}";
    }

    private static string Bounded(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";

    private static string Name(LogLevel level) => level.ToString().ToLowerInvariant();

    private static string Colour(LogLevel level) => level switch
    {
        LogLevel.Error => "\u001b[31m",
        LogLevel.Warning => "\u001b[33m",
        LogLevel.Notice => "\u001b[36m",
        _ => "\u001b[90m",
    };
}
