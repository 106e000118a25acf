using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Counts of drift.</summary>
public sealed class DriftTests
{
    private readonly TrainedFleet _trained = TrainedFleet.Of(FleetKind.Poisson, 200, 1);

    [Fact]
    public void Report_DaysLikeThoseOfTheCalibration_IsStable()
    {
        var report = Counted(_ => { }, 22, 28).Report();
        Assert.All(report.Indices, i => Assert.InRange(i.Index, 0, 0.05));
        Assert.InRange(report.ExceedanceRatio, 0.3, 1.6);
        Assert.True(report.Windows > 25_000);
    }

    [Fact]
    public void Report_TwiceTheErrors_DriftsInErrorsAndExceedances()
    {
        var report = Counted(v => v.Values[1] = Math.Min(1, (2 * v.Values[1]) + 0.05), 22, 24).Report();
        Assert.True(report.Indices.Single(i => i.Name == "error_rate").Index > 0.25);
        Assert.True(report.Indices.Single(i => i.Name == "p").Index > 0.25);
        Assert.True(report.Indices.Single(i => i.Name == "latency").Index < 0.1);
        Assert.True(report.ExceedanceRatio > 2);
    }

    [Fact]
    public void Merge_PartsInAnyOrder_AreTheWhole()
    {
        var whole = Counted(_ => { }, 22, 24);
        var (first, second) = (Counted(_ => { }, 23, 24), Counted(_ => { }, 22, 23));
        first.Merge(second);
        Assert.Equal(Saved(whole), Saved(first));
    }

    [Fact]
    public void Restore_SavedCounts_GoOnAsBefore()
    {
        var counts = Counted(_ => { }, 22, 23);
        var restored = new DriftCounts(counts.Figures);
        restored.Restore(new BinaryReader(new MemoryStream(Saved(counts))));
        Assert.Equal(counts.Report().Indices, restored.Report().Indices);
        Assert.Throws<InvalidDataException>(() => restored.Restore(new BinaryReader(new MemoryStream(Saved(counts)[..30]))));
    }

    private DriftCounts Counted(Action<FeatureVector> change, int fromDay, int toDay)
    {
        var counts = new DriftCounts(_trained.Set.Figures.Classes[0]);
        var judge = _trained.Set.JudgeOf(Fleet.Schema, Fleet.Hour)!;
        for (var day = fromDay; day < toDay; day++)
        {
            foreach (var window in _trained.Fleet.Read(Fleet.FirstDay + day))
            {
                change(window);
                counts.Add(window, judge.Judge(window));
            }
        }

        return counts;
    }

    private static byte[] Saved(DriftCounts counts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        counts.Save(writer);
        return stream.ToArray();
    }
}
