using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SecStream.Host.Generate;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>generate</c>: made-up traffic to try the product with.</summary>
internal static class GenerateCommand
{
    public static Command Make()
    {
        var from = new Option<string>("--from") { Description = "First day, such as 2026-03-02.", DefaultValueFactory = _ => "2026-03-02" };
        var days = new Option<int>("--days") { Description = "Number of days.", DefaultValueFactory = _ => 28 };
        var users = new Option<int>("--users") { Description = "People who work.", DefaultValueFactory = _ => 600 };
        var keys = new Option<int>("--keys") { Description = "API keys of programs.", DefaultValueFactory = _ => 40 };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same people and habits.", DefaultValueFactory = _ => 1 };
        var attacks = new Option<bool>("--attacks") { Description = "Put seven attacks into the last day." };
        var output = new Option<string>("--out") { Description = "File to write; .gz is compressed.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print what was written as JSON." };
        var command = new Command("generate", "Write made-up traffic of a small company as ECS events: to try training, anomalies and alerts.") { from, days, users, keys, seed, attacks, output, json };
        command.SetAction(async (result, cancellation) =>
        {
            var options = new TrafficOptions
            {
                From = Day(result.GetValue(from)!),
                Days = InRange("--days", result.GetValue(days), 1, 3660),
                Users = InRange("--users", result.GetValue(users), 24, 3000),
                Keys = InRange("--keys", result.GetValue(keys), 8, 250),
                Seed = result.GetValue(seed),
                HasAttacks = result.GetValue(attacks),
            };
            var path = result.GetValue(output)!;
            var (events, found) = await Task.Run(() => Traffic.WriteFile(options, path, Reporter(options.Days), cancellation), cancellation).ConfigureAwait(false);
            await PrintAsync(path, events, found, result.GetValue(json)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Action<int>? Reporter(int days) =>
        Console.IsErrorRedirected ? null : day => Terminal.Error.Markup($"\r[grey]day {day} of {days}[/]   ");

    private static async Task PrintAsync(string path, long events, IReadOnlyList<TrafficAttack> attacks, bool json)
    {
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(
                new { file = path, events, attacks = attacks.Select(a => new { name = a.Name, entity = a.Entity, from = a.From, until = a.Until, events = a.Events }) })).ConfigureAwait(false);
            return;
        }

        Terminal.Out.MarkupLine($"{events:N0} events in {Markup.Escape(path)}");
        if (attacks.Count == 0)
        {
            return;
        }

        var table = new Table().AddColumns("attack", "on", "from", "until", "events").SimpleBorder();
        foreach (var attack in attacks)
        {
            table.AddRow(attack.Name, attack.Entity, Time(attack.From), Time(attack.Until), attack.Events.ToString(CultureInfo.InvariantCulture));
        }

        Terminal.Out.Write(table);
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static int InRange(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new ConfigurationException($"{option} {value}: use a number from {least} to {most}");

    private static DateTimeOffset Day(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day
            : throw new ConfigurationException($"--from {text}: use a day such as 2026-03-02");
}
