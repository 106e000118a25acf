using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Host.Cli;
using Spectre.Console;

namespace SecStream.Host.Serve;

/// <summary>Tells of alerts on standard output as they come: a line for people when one opens or is withdrawn, every revision for programs.</summary>
internal sealed class AlertAnnouncer(bool json) : IOutboxSink
{
    /// <inheritdoc/>
    public string Name => "terminal";

    /// <summary>What was announced by a process before is history.</summary>
    public bool StartsAtEnd => true;

    /// <inheritdoc/>
    public Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
    {
        foreach (var entry in entries.Where(e => !e.IsIncident))
        {
            if (json)
            {
                Console.Out.WriteLine(Encoding.UTF8.GetString(entry.Document.Span));
            }
            else if (entry.Kind is ChangeKind.Opened or ChangeKind.Withdrawn)
            {
                Print(entry);
            }
        }

        return Task.CompletedTask;
    }

    private static void Print(OutboxEntry entry)
    {
        using var document = JsonDocument.Parse(entry.Document);
        var message = document.RootElement.TryGetProperty("message", out var text) ? text.GetString()! : "";
        Terminal.WriteLine(
            Terminal.Out,
            $"[grey]{EventClock.ToInstant(entry.Opened):yyyy-MM-dd HH:mm:ss}[/] [{Colour(entry.Severity)}]{entry.Severity.ToString().ToLowerInvariant(),-8}[/] "
            + $"{Markup.Escape(entry.Rule),-4} {(entry.Kind == ChangeKind.Withdrawn ? "withdrawn: " : "")}{Markup.Escape(message)}");
    }

    private static string Colour(Severity severity) => severity switch
    {
        Severity.Critical => "red",
        Severity.High => "orange1",
        Severity.Medium => "yellow",
        _ => "blue",
    };
}
