using System.Reflection;
using SecStream.Models.Catalogue;
using SecStream.Models.MlNet;

namespace SecStream.Models.Tests.Catalogue;

/// <summary>The list of detectors is complete and true.</summary>
public sealed class DetectorEntryTests
{
    private static readonly DetectorEntry[] s_all = [.. OwnDetectors.Entries, .. MlNetDetectors.Entries];

    [Fact]
    public void Own_EverySeriesDetectorThereIs_IsListed()
    {
        var types = typeof(ISeriesDetector).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ISeriesDetector)));
        var listed = OwnDetectors.Entries.Where(e => e.MakeSeries is not null).Select(e => e.MakeSeries!().GetType()).ToList();
        Assert.Equal(types.Select(t => t.Name).Order(), listed.Select(t => t.Name).Order());
    }

    [Fact]
    public void Own_EveryTrainerThereIs_IsListedUnderItsName()
    {
        var types = typeof(IVectorTrainer).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IVectorTrainer)));
        var listed = OwnDetectors.Entries.Where(e => e.Trainer is not null).ToList();
        Assert.Equal(types.Select(t => t.Name).Order(), listed.Select(e => e.Trainer!.GetType().Name).Order());
        Assert.All(listed, e => Assert.Equal(e.Name, e.Trainer!.Name));
    }

    [Fact]
    public void All_Names_AreUniqueAndNameAPaper()
    {
        Assert.Equal(s_all.Length, s_all.Select(e => e.Name).Distinct().Count());
        Assert.All(s_all, e => Assert.NotEmpty(e.Paper));
    }

    [Fact]
    public void MlNet_SeriesDetectors_AreThereOnlyWithTheirPackageAndElseSayWhy()
    {
        var isFull = typeof(MlNetDetectors).Assembly.GetReferencedAssemblies().Any(a => a.Name == "Microsoft.ML.TimeSeries");
        var series = MlNetDetectors.Entries.Where(e => e.Kind == DetectorKind.Series).ToList();
        Assert.Equal(["mlnet-iid-spike", "mlnet-ssa-spike", "mlnet-sr-cnn"], series.Select(e => e.Name));
        Assert.All(series, e =>
        {
            Assert.Equal(isFull, e.MakeSeries is not null);
            Assert.Equal(isFull, e.Unavailable is null);
            Assert.True(isFull || e.Unavailable!.Contains("Microsoft.ML.TimeSeries", StringComparison.Ordinal));
        });
        var profile = typeof(MlNetDetectors).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "PackageProfile").Value;
        Assert.Equal(profile == "full", isFull);
    }
}
