using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Host.Benchmark;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>An event as it was recorded.</summary>
/// <param name="Time">Event time, µs.</param>
/// <param name="Id">Its <c>event.id</c>.</param>
/// <param name="Line">The event, one line, without line end.</param>
internal readonly record struct RecordedEvent(long Time, string Id, string Line);

/// <summary>A line of sshd.</summary>
/// <param name="Time">When it was written, µs; to the second.</param>
/// <param name="Line">The line, without line end.</param>
internal readonly record struct RecordedLine(long Time, string Line);

/// <summary>
/// What happened in half an hour: ECS events that bring their identity, by time, and lines of sshd, which have none but their place. Some of it
/// are attacks. It ended ten minutes ago, so that what the clock of the service makes of silence is part of every run.
/// </summary>
internal sealed class RecordedSet
{
    private static readonly TimeSpan s_began = TimeSpan.FromMinutes(40);

    private RecordedSet(RecordedEvent[] events, RecordedLine[] authLines) => (Events, AuthLines) = (events, authLines);

    private static TimeSpan Span => TimeSpan.FromMinutes(30);

    public IReadOnlyList<RecordedEvent> Events { get; }

    public IReadOnlyList<RecordedLine> AuthLines { get; }

    /// <summary>Makes a set that ended ten minutes before now.</summary>
    /// <param name="events">ECS events.</param>
    /// <param name="authLines">Lines of sshd, about.</param>
    /// <param name="attacks">Attacks, as a multiple of those of a busy day.</param>
    /// <param name="seed">The same seed gives the same set, but for its times.</param>
    public static RecordedSet Make(int events, int authLines, double attacks, ulong seed)
    {
        var start = EventClock.ToMicroseconds(DateTimeOffset.UtcNow - s_began);
        var shape = new InputShape { Start = start - (start % EventClock.Second), Span = EventClock.ToMicroseconds(Span), IdShare = 1, Attacks = attacks };
        using var ecs = new MemoryStream();
        EventInput.Write(ecs, events, seed, attacks: true, shape);
        using var auth = new MemoryStream();
        RawInput.Write(auth, Stream.Null, authLines * 5 / 2, seed, shape);
        RecordedEvent[] recorded = [.. Lines(ecs).Select(Read).OrderBy(e => e.Time)];
        Assert.Equal(events, recorded.Select(e => e.Id).Distinct(StringComparer.Ordinal).Count());
        return new RecordedSet(recorded, [.. Lines(auth).Select(ReadLine)]);
    }

    /// <summary>Writes the events in order of time.</summary>
    public void WriteEvents(string path) => File.WriteAllLines(path, Events.Select(e => e.Line));

    private static string[] Lines(MemoryStream stream) =>
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static RecordedEvent Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        var time = document.RootElement.GetProperty("@timestamp").GetDateTimeOffset();
        return new RecordedEvent(EventClock.ToMicroseconds(time), EventIds.Of(document.RootElement), line);
    }

    /// <summary>The line does not say the year: it is the last one in which its time was not ahead.</summary>
    private static RecordedLine ReadLine(string line)
    {
        var now = DateTimeOffset.UtcNow;
        var text = string.Create(CultureInfo.InvariantCulture, $"{now.Year} {line[..15]}");
        var time = DateTimeOffset.ParseExact(
            text, "yyyy MMM d HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite);
        return new RecordedLine(EventClock.ToMicroseconds(time > now.AddDays(1) ? time.AddYears(-1) : time), line);
    }
}
