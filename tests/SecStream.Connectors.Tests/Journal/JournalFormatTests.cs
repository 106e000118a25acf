using SecStream.Connectors.Journal;

namespace SecStream.Connectors.Tests.Journal;

/// <summary>The bytes on disk, version 1. A journal written by an older build has to stay readable: these may not change.</summary>
public sealed class JournalFormatTests
{
    private const string Segment =
        "5345434a524e4c31000102030405060708090a0b0c0d0e0fe80300000000000040420f00000000008a5abfba" +
        "0500008000000000c0c62d000000000003e1fbe8d61ccca36669727374";

    private static readonly JournalId s_id = new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

    [Fact]
    public void Crc32C_CheckValue_IsThatOfTheStandard() => Assert.Equal(0xE3069283, ~Crc32C.Append(Crc32C.Start, "123456789"u8));

    [Fact]
    public void Segment_WrittenNow_IsTheGoldenOne()
    {
        var frame = new JournalFrame(5, HasMore: true, Back: 0, Arrival: 3_000_000);
        var bytes = new byte[frame.Length];
        frame.Write(bytes, "first"u8, 1000, s_id.Seed);
        Assert.Equal(Segment, Convert.ToHexStringLower([.. new SegmentHeader(s_id, 1000, 1_000_000).ToBytes(), .. bytes]));
    }

    [Fact]
    public void Segment_GoldenOne_IsRead()
    {
        var bytes = Convert.FromHexString(Segment);
        var header = SegmentHeader.Read(bytes)!;
        Assert.Equal((s_id.Hex, 1000L, 1_000_000L), (header.Id.Hex, header.FirstPosition, header.Made));
        Assert.Equal(FrameState.Whole, JournalFrame.Read(bytes.AsSpan(SegmentHeader.Bytes), 1000, s_id.Seed, out var frame));
        Assert.Equal(new JournalFrame(5, true, 0, 3_000_000), frame);
        Assert.Equal(FrameState.BadHeader, JournalFrame.Read(bytes.AsSpan(SegmentHeader.Bytes), 1001, s_id.Seed, out _));
        Assert.Equal(FrameState.Partial, JournalFrame.Read(bytes.AsSpan(SegmentHeader.Bytes, 28), 1000, s_id.Seed, out _));
    }
}
