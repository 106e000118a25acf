using System.CommandLine;
using System.Globalization;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;
using SecStream.Host.Alerts;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>blacklist add|remove|list|cleanup</c>: addresses and networks that are refused. Works while serve runs, which takes changes up.</summary>
internal static class BlacklistCommand
{
    private static readonly DateTimeOffset s_latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command Make(TimeProvider time) => new("blacklist", "Addresses and networks that are refused.")
    {
        MakeAdd(time), MakeRemove(time), MakeList(time), MakeCleanup(time),
    };

    private static Option<string?> Data() => new("--data") { Description = "Folder that serve works in. Default: that of the configuration, else data." };

    private static Option<string> By() =>
        new("--by") { Description = "Who decides. Default: the user of this machine.", DefaultValueFactory = _ => Environment.UserName };

    private static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    private static Argument<string> Address() => new("ADDRESS") { Description = "203.0.113.7, 203.0.113.0/24 or 2001:db8::/32." };

    private static Command MakeAdd(TimeProvider time)
    {
        var (address, data, by, json) = (Address(), Data(), By(), Json());
        var reason = new Option<string>("--reason") { Description = "Why.", DefaultValueFactory = _ => "" };
        var span = new Option<string?>("--for") { Description = "How long: 90m, 24h, 7d. Default: until it is removed." };
        var until = new Option<string?>("--until") { Description = "Until when: an instant or a date." };
        var command = new Command("add", "Add an address or network, or replace its entry.") { address, reason, span, until, by, data, json };
        command.SetAction((result, cancellation) => WithAsync(Configuration.ConfiguredData.Find(result.GetValue(data), null), time, async list =>
        {
            var expires = Expiry(result.GetValue(span), result.GetValue(until), time.GetUtcNow());
            var entry = await list.AddAsync(result.GetValue(address)!, result.GetValue(reason)!, expires, result.GetValue(by)!, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(Show(entry));
            }
            else
            {
                Terminal.Out.WriteLine($"{entry.Value} is on the blacklist{(entry.Expires is { } end ? $" until {Time(end)}" : "")}.");
            }

            return 0;
        }));
        return command;
    }

    private static Command MakeRemove(TimeProvider time)
    {
        var (address, data, by, json) = (Address(), Data(), By(), Json());
        var command = new Command("remove", "Remove an address or network. Exits 1 when it is not on the list.") { address, by, data, json };
        command.SetAction((result, cancellation) => WithAsync(Configuration.ConfiguredData.Find(result.GetValue(data), null), time, async list =>
        {
            var isRemoved = await list.RemoveAsync(result.GetValue(address)!, result.GetValue(by)!, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { Removed = isRemoved ? 1 : 0 });
            }
            else
            {
                Terminal.Out.WriteLine(isRemoved ? "Removed." : "It is not on the blacklist as such; ./run blacklist list shows the entries.");
            }

            return isRemoved ? 0 : 1;
        }));
        return command;
    }

    private static Command MakeList(TimeProvider time)
    {
        var (data, json) = (Data(), Json());
        var command = new Command("list", "List the entries.") { data, json };
        command.SetAction((result, cancellation) => WithAsync(Configuration.ConfiguredData.Find(result.GetValue(data), null), time, async list =>
        {
            var entries = await list.ListAsync(cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(entries.Select(Show));
            }
            else
            {
                Print(entries, EventClock.ToMicroseconds(time.GetUtcNow()));
            }

            return 0;
        }));
        return command;
    }

    private static Command MakeCleanup(TimeProvider time)
    {
        var (data, by, json) = (Data(), By(), Json());
        var command = new Command("cleanup", "Remove the entries that have expired.") { by, data, json };
        command.SetAction((result, cancellation) => WithAsync(Configuration.ConfiguredData.Find(result.GetValue(data), null), time, async list =>
        {
            var removed = await list.CleanupAsync(result.GetValue(by)!, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { Removed = removed });
            }
            else
            {
                Terminal.Out.WriteLine($"{removed:N0} removed.");
            }

            return 0;
        }));
        return command;
    }

    private static async Task<int> WithAsync(string directory, TimeProvider time, Func<Blacklist, Task<int>> work)
    {
        using var store = new SqliteAlertStore(directory, new SqliteStoreOptions { CheckAtOpen = false }, time);
        try
        {
            return await work(store.Blacklist).ConfigureAwait(false);
        }
        catch (ArgumentException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    private static DateTimeOffset? Expiry(string? span, string? until, DateTimeOffset now)
    {
        if (span is not null && until is not null)
        {
            throw new ConfigurationException("--for and --until: use one of them");
        }

        if (span is not null)
        {
            return AlertFilter.ReadSpan(span) is > 0 and var length && length <= EventClock.ToMicroseconds(s_latest) - EventClock.ToMicroseconds(now)
                ? EventClock.ToInstant(EventClock.ToMicroseconds(now) + length)
                : throw new ConfigurationException($"--for {span}: use a number and a unit, such as 90m, 24h, 7d");
        }

        if (until is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant < s_latest
            ? instant
            : throw new ConfigurationException($"--until {until}: use a time such as 2026-07-01T12:00:00Z, or a date");
    }

    private static void Print(IReadOnlyList<BlacklistEntry> entries, long now)
    {
        if (entries.Count == 0)
        {
            Terminal.Out.WriteLine("The blacklist is empty.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("address", "expires", "by", "added", "reason");
        foreach (var entry in entries)
        {
            var expires = entry.Expires is not { } end ? "never" : end <= now ? $"[grey]expired {Time(end)}[/]" : Time(end);
            table.AddRow(Terminal.Safe(entry.Value), expires, Terminal.Safe(entry.By), Time(entry.At), Terminal.Safe(entry.Reason));
        }

        Terminal.WriteTable(Terminal.Out, table);
    }

    private static object Show(BlacklistEntry entry) => new
    {
        entry.Value,
        entry.Reason,
        entry.By,
        At = Time(entry.At),
        Expires = entry.Expires is { } end ? Time(end) : null,
    };

    private static string Time(long microseconds) =>
        EventClock.ToInstant(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
