using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>Consoles for people: tables and colour on a terminal, plain wide text into a file or pipe. Log content is escaped before it gets here.</summary>
internal static class Terminal
{
    private const int PipeWidth = 200;
    private const int NarrowWidth = 130;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out { get; } = Make(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static IAnsiConsole Error { get; } = Make(Console.Error, Console.IsErrorRedirected);

    /// <summary>Text from outside made safe for a table cell or a line: control characters visible, no markup.</summary>
    public static string Safe(string text) => Markup.Escape(SafeText.Show(text));

    /// <summary>Whether a table with all its columns would leave too little room for sentences, as on a terminal of 80 columns.</summary>
    public static bool IsNarrow(IAnsiConsole console) => console.Profile.Width < NarrowWidth;

    /// <summary>Writes a table; on a narrow terminal without the air between its columns.</summary>
    public static void WriteTable(IAnsiConsole console, Table table)
    {
        if (IsNarrow(console))
        {
            foreach (var column in table.Columns)
            {
                column.Padding = new Padding(0, 0, 0, 0);
            }
        }

        console.Write(table);
    }

    /// <summary>Writes a line of markup. Into a pipe it stays one line, however long: programs read it by lines.</summary>
    public static void WriteLine(IAnsiConsole console, string markup)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.MarkupLine(markup);
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(Markup.Remove(markup));
        }
    }

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
