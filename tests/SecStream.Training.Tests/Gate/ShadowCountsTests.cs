using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Training.Gate;
using Xunit;

namespace SecStream.Training.Tests.Gate;

public sealed class ShadowCountsTests
{
    [Fact]
    public void Add_Remove_CountsPairs()
    {
        var counts = new ShadowCounts();
        counts.Add(Of(Severity.High), Of(Severity.Medium));
        counts.Add(Of(Severity.High), Of(null));
        counts.Add(Of(null), Of(Severity.Critical));
        counts.Remove(Of(Severity.High), Of(null));
        Assert.Equal((1, 1, 0), (counts.Of(Severity.High, Severity.Medium), counts.Of(null, Severity.Critical), counts.Of(Severity.High, null)));
        Assert.Equal((1, 0), (counts.Champion(Severity.High), counts.Champion(Severity.Critical)));
        Assert.Equal((2, 1), (counts.Challenger(Severity.Medium), counts.Challenger(Severity.High)));
        Assert.Equal(2, counts.Windows);
    }

    [Fact]
    public void Merge_AnyOrder_IsTheSame()
    {
        var (a, b) = (new ShadowCounts(), new ShadowCounts());
        a.Add(Of(Severity.Low), Of(null));
        b.Add(Of(Severity.Low), Of(null));
        b.Add(Of(null), Of(null));
        var (ab, ba) = (new ShadowCounts(), new ShadowCounts());
        ab.Merge(a);
        ab.Merge(b);
        ba.Merge(b);
        ba.Merge(a);
        Assert.Equal(Saved(ab), Saved(ba));
    }

    [Fact]
    public void Restore_Saved_GoesOn()
    {
        var counts = new ShadowCounts();
        counts.Add(Of(Severity.Low), Of(Severity.High));
        var restored = new ShadowCounts();
        restored.Restore(new BinaryReader(new MemoryStream(Saved(counts))));
        counts.Add(Of(null), Of(null));
        restored.Add(Of(null), Of(null));
        Assert.Equal(Saved(counts), Saved(restored));
        Assert.Throws<InvalidDataException>(() => restored.Restore(new BinaryReader(new MemoryStream([9, 9, 9, 9]))));
    }

    private static Judgement Of(Severity? severity) => new(JudgementState.Judged, 0.1, 0, severity);

    private static byte[] Saved(ShadowCounts counts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        counts.Save(writer);
        return stream.ToArray();
    }
}
