using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>Consoles for people: tables and colour on a terminal, plain wide text into a file or pipe. Log content is escaped before it gets here.</summary>
internal static class Terminal
{
    private const int PipeWidth = 200;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out { get; } = Make(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static IAnsiConsole Error { get; } = Make(Console.Error, Console.IsErrorRedirected);

    /// <summary>Text from outside made safe for a table cell or a line: control characters visible, no markup.</summary>
    public static string Safe(string text) => Markup.Escape(SafeText.Show(text));

    private static IAnsiConsole Make(TextWriter writer, bool redirected)
    {
        var plain = redirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (redirected)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
