using System.Text;
using SecStream.Connectors.Syslog;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Syslog;

public sealed class SyslogFramingTests
{
    private const int MaxFrame = 64;

    public static TheoryData<string, string[]> Streams => new()
    {
        { "<13>one\n<13>two\n", ["<13>one", "<13>two"] },
        { "<13>one\r\n\r\n\n<13>two\0<13>three\n", ["<13>one", "<13>two", "<13>three"] },
        { "7 <13>one9 <13>a\nb\r\n", ["<13>one", "<13>a\nb"] },
        { "7 <13>one\n7 <13>two", ["<13>one", "<13>two"] },
        { "7 <13>one<13>line\n7 <13>two", ["<13>one", "<13>line", "<13>two"] },
        { "no priority\n12 monkeys\n7 <13>one", ["no priority", "12 monkeys", "<13>one"] },
        { "4 rawx3 raw", ["rawx", "raw"] },
        { "2026-03-02T10:00:00Z host app: text\n", ["2026-03-02T10:00:00Z host app: text"] },
        { "12345678 a number too long to be a length\n", ["12345678 a number too long to be a length"] },
        { "0 <13>x\n007 y\n", ["0 <13>x", "007 y"] },
        { "12\n345\n", ["12", "345"] },
        { "<13>no end", ["<13>no end"] },
        { "<13>a\n77", ["<13>a", "77"] },
        { "<13>a\n77 ", ["<13>a", "77"] },
        { "9 <13>cut", [] },
        { "77", [] },
        { "77 ", [] },
        { "3 \n\n\n5 a\0\r\n\n", ["a"] },
        { "", [] },
        { "<13>" + new string('x', 80) + "\n<13>b\n", ["<13>" + new string('x', 60), "<13>b"] },
        { "84 <13>" + new string('x', 80) + "5 <13>b", ["<13>" + new string('x', 60), "<13>b"] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Feed_AnyChunks_GivesTheMessages(string stream, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Assert.Equal(expected, Texts(Run(bytes, [bytes.Length]).Into));
        for (var size = 1; size <= bytes.Length; size++)
        {
            var (framing, into) = Run(bytes, [.. Enumerable.Repeat(size, (bytes.Length / size) + 1)]);
            Assert.Equal(expected, Texts(into));
            AssertAccounted(framing, into, bytes.Length);
        }
    }

    [Fact]
    public void Counts_OfCutIncompleteAndUnended_AreKept()
    {
        Assert.Equal(1, Run("<13>" + new string('x', 80) + "\n").TruncatedFrames);
        Assert.Equal(1, Run("80 <13>" + new string('x', 76)).TruncatedFrames);
        Assert.Equal(1, Run("9 <13>cut").IncompleteFrames);
        Assert.Equal(1, Run("<13>no end").UnendedLines);
        Assert.Equal(0, Run("<13>a\n").UnendedLines);
        Assert.Equal(9, Run("9 <13>cut").SkippedBytes);
    }

    /// <summary>Random, mutated and hostile streams: no crash, every byte accounted, and the same messages however the stream is cut into chunks.</summary>
    [Fact]
    public void Feed_HostileStreams_AreAccountedForAndIndependentOfChunks()
    {
        var rounds = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? 1_000_000 : 50_000;
        var random = new Random(20260302);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Hostile(random);
            var (one, whole) = Run(bytes, [bytes.Length]);
            var (other, chunked) = Run(bytes, Chunks(random, bytes.Length));
            AssertAccounted(one, whole, bytes.Length);
            AssertAccounted(other, chunked, bytes.Length);
            if (!Same(whole, chunked))
            {
                Assert.Fail($"round {round}: {Convert.ToHexString(bytes)}");
            }
        }
    }

    private static void AssertAccounted(SyslogFraming framing, JournalEntries into, int length)
    {
        Assert.Equal(length, framing.BytesIn);
        Assert.Equal(0, framing.PendingBytes);
        Assert.Equal(framing.BytesIn, framing.FrameBytes + framing.SkippedBytes);
        Assert.Equal((framing.Frames, framing.FrameBytes), (into.Count, into.Bytes));
        for (var i = 0; i < into.Count; i++)
        {
            Assert.InRange(into[i].Length, 1, MaxFrame);
        }
    }

    private static byte[] Hostile(Random random)
    {
        var bytes = new List<byte>();
        for (var parts = random.Next(1, 8); parts > 0; parts--)
        {
            var text = new string((char)('a' + random.Next(26)), random.Next(0, random.Next(4) == 0 ? 100 : 12));
            bytes.AddRange(Encoding.Latin1.GetBytes(random.Next(8) switch
            {
                0 => $"<13>{text}\n",
                1 => $"{text.Length + 4} <13>{text}",
                2 => $"{text.Length} {text}",
                3 => $"{random.Next()} <{text}",
                4 => $"{random.Next(100)} ",
                5 => "\r\n\0"[..random.Next(4)],
                6 => $"{random.Next(200)}",
                _ => text,
            }));
        }

        var result = bytes.ToArray();
        for (var mutations = random.Next(4); mutations > 0 && result.Length > 0; mutations--)
        {
            result[random.Next(result.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : "0159 <\n\r\0"u8[random.Next(9)];
        }

        return result;
    }

    private static int[] Chunks(Random random, int length) => [.. Enumerable.Range(0, length + 1).Select(_ => random.Next(0, 9)), length];

    private static SyslogFraming Run(string stream) => Run(Encoding.UTF8.GetBytes(stream), [int.MaxValue]).Framing;

    private static (SyslogFraming Framing, JournalEntries Into) Run(byte[] bytes, int[] chunks)
    {
        var (framing, into) = (new SyslogFraming(MaxFrame), new JournalEntries());
        var at = 0;
        foreach (var chunk in chunks)
        {
            var length = Math.Min(chunk, bytes.Length - at);
            framing.Feed(bytes.AsSpan(at, length), into);
            at += length;
        }

        Assert.Equal(bytes.Length, at);
        Assert.True(framing.PendingBytes <= MaxFrame + 1);
        Assert.Equal(framing.BytesIn, framing.FrameBytes + framing.SkippedBytes + framing.PendingBytes);
        framing.End(into);
        return (framing, into);
    }

    private static bool Same(JournalEntries a, JournalEntries b) =>
        a.Count == b.Count && Enumerable.Range(0, a.Count).All(i => a[i].SequenceEqual(b[i]));

    private static string[] Texts(JournalEntries entries) => [.. Enumerable.Range(0, entries.Count).Select(i => Encoding.UTF8.GetString(entries[i]))];
}
