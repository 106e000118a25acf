using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Host.Explain;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Explain;

public sealed class EventIndexTests
{
    private static readonly long s_time = EventClock.ToMicroseconds(DateTimeOffset.Parse("2026-03-02T10:00:00Z", null));

    [Fact]
    public void Read_Range_IsInclusiveAndInOrderOfEvaluatedTime()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("events.ndjson", string.Join('\n',
            """{"@timestamp":"2026-03-02T10:00:02.000000Z","event":{"id":"b"}}""",
            """{"event":{"id":"json"},"@timestamp":"2026-03-02T10:00:00Z"}""",
            """{"@timestamp":"2026-03-02T15:00:00.000000Z","secstream":{"evaluated_at":"2026-03-02T10:00:01.000000Z"}}""",
            """{"@timestamp":"2026-03-02T09:59:59.999999Z"}""",
            """not json""",
            """{"no":"time"}""",
            """{"@timestamp":"2026-03-02T10:00:01.000000Z","being":"writ"""));
        var index = EventIndex.Read(path, s_time, s_time + (2 * EventClock.Second), CancellationToken.None);
        Assert.Equal([0, 1, 2], index.Places.Select(p => (p.Time - s_time) / EventClock.Second));
        Assert.Equal([5, 6], index.BadLines.Select(b => b.Line));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef", true)]
    [InlineData("0123456789ABCDEF0123456789abcdef", false)]
    [InlineData("0123456789abcdef0123456789abcde", false)]
    [InlineData("0123456789abcdef0123456789abcdeg", false)]
    public void EventId_Text_ReadsOnlyWhatItWrites(string text, bool expected)
    {
        Assert.Equal(expected, EventId.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var id));
        Assert.Equal(expected, id.ToString() == text);
    }

    [Fact]
    public void EventId_OfPositions_KeepTheirOrder()
    {
        var earlier = EventId.FromPosition(7, 99, "zzz"u8);
        var later = EventId.FromPosition(7, 100, "aaa"u8);
        Assert.True(earlier.Low >> 1 < later.Low >> 1);
    }
}
