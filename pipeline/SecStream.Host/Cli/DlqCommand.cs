using System.CommandLine;
using System.Text;
using SecStream.Connectors.Segments;
using SecStream.Host.Alerts;
using SecStream.Host.DeadLetters;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>dlq show</c> and <c>dlq retry</c>: records that could not be parsed.</summary>
internal static class DlqCommand
{
    private const int DefaultRows = 50;
    private const int TextLength = 200;

    public static Command Make(TimeProvider time)
    {
        var command = new Command("dlq", "Records that could not be parsed: list them, send them in again.");
        command.Subcommands.Add(MakeShow(time));
        command.Subcommands.Add(MakeRetry(time));
        return command;
    }

    private static Command MakeShow(TimeProvider time)
    {
        var choice = new Choice();
        var limit = new Option<int>("--limit") { Description = "Show the newest N.", DefaultValueFactory = _ => DefaultRows };
        var json = new Option<bool>("--json") { Description = "Print the letters, one a line; bytes are base64." };
        var command = new Command("show", "List dead letters, the newest first.") { choice.Data, choice.Class, choice.Source, choice.Since, limit, json };
        command.SetAction(async (result, cancellation) =>
        {
            if (result.GetValue(limit) < 1)
            {
                throw new ConfigurationException($"--limit {result.GetValue(limit)}: use a number from 1 on");
            }

            var faults = new Reports();
            var store = new DeadLetterStore(choice.Folder(result), new SegmentOptions(), faults.Add);
            var letters = new List<StoredDeadLetter>();
            await foreach (var letter in store.ReadAsync(choice.Query(result, time), newestFirst: true, cancellation).ConfigureAwait(false))
            {
                letters.Add(letter);
                if (letters.Count == result.GetValue(limit))
                {
                    break;
                }
            }

            Print(letters, result.GetValue(json));
            return faults.Print();
        });
        return command;
    }

    private static Command MakeRetry(TimeProvider time)
    {
        var choice = new Choice();
        var again = new Option<bool>("--again") { Description = "Also those that were sent before." };
        var command = new Command("retry", "Send the original bytes of dead letters to the running service again, each once.")
        {
            choice.Data, choice.Class, choice.Source, choice.Since, again,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var faults = new Reports();
            var folder = choice.Folder(result);
            using var service = ServiceEndpoint.Read(folder);
            if (service is null)
            {
                await Console.Error.WriteLineAsync($"secstream: no service runs on {folder}; start ./run serve, then try again").ConfigureAwait(false);
                return 1;
            }

            var retry = new DeadLetterRetry(folder, new DeadLetterStore(folder, new SegmentOptions(), faults.Add), time);
            var done = await retry.SendAsync(choice.Query(result, time), result.GetValue(again), service.SendAsync, cancellation).ConfigureAwait(false);
            Terminal.Out.WriteLine($"{done.Sent:N0} sent" + (done.Before > 0 ? $", {done.Before:N0} had been sent before (--again sends them too)" : "") + ".");
            return faults.Print();
        });
        return command;
    }

    private static void Print(List<StoredDeadLetter> letters, bool json)
    {
        if (json)
        {
            letters.ForEach(letter => Console.Out.WriteLine(Encoding.UTF8.GetString(letter.Document.Span)));
            return;
        }

        if (letters.Count == 0)
        {
            Terminal.Out.WriteLine("No dead letters.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        Array.ForEach(["time (UTC)", "class", "source", "position", "record"], column => table.AddColumn(column));
        foreach (var letter in letters)
        {
            table.AddRow(
                AlertTable.Time(letter.Time),
                Terminal.Safe(letter.Class),
                Terminal.Safe(letter.Source),
                $"{letter.Position}",
                Markup.Escape(SafeText.Show(Encoding.UTF8.GetString(letter.Bytes.Span[..Math.Min(letter.Bytes.Length, TextLength * 4)]), TextLength)));
        }

        Terminal.WriteTable(Terminal.Out, table);
    }

    /// <summary>Options of both commands.</summary>
    private sealed class Choice
    {
        public Option<string?> Data { get; } = new("--data") { Description = "Data folder of serve. Default: that of the configuration, else ./data." };

        public Option<string?> Class { get; } = new("--class") { Description = "Only of this error class." };

        public Option<string?> Source { get; } = new("--source") { Description = "Only from this source." };

        public Option<string?> Since { get; } = new("--since") { Description = "Set aside at or after: an instant, a date, or how long ago (90m, 24h, 7d)." };

        public string Folder(ParseResult result) => SegmentFolder.Find(result.GetValue(Data), "dead-letters");

        public DeadLetterQuery Query(ParseResult result, TimeProvider time) => new()
        {
            Class = result.GetValue(Class),
            Source = result.GetValue(Source),
            From = AlertFilter.ReadTime("--since", result.GetValue(Since), time.GetUtcNow()),
        };
    }
}
