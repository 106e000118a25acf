using System.Text.Json;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Cli;

public sealed class ModelsDetectorsCommandTests
{
    [Fact]
    public async Task Detectors_ForPrograms_NameEachAndWhatKeepsItFromBeingUsed()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "models", "detectors", "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        using var list = JsonDocument.Parse(result.Output);
        var detectors = list.RootElement.EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!);
        Assert.True(detectors["isolation-forest"].GetProperty("available").GetBoolean());
        Assert.True(detectors["mlnet-pca"].GetProperty("available").GetBoolean());
        Assert.All(detectors.Values, d => Assert.NotEqual(d.GetProperty("available").GetBoolean(), d.TryGetProperty("reason", out _)));
    }

    [Fact]
    public async Task Detectors_ForPeople_SayWhyOneIsNotAvailable()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "models", "detectors");
        Assert.Contains("series-ensemble", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            !result.Output.Contains("mlnet-sr-cnn      ", StringComparison.Ordinal),
            result.Output.Contains("not available: mlnet-iid-spike, mlnet-ssa-spike, mlnet-sr-cnn: Microsoft.ML.TimeSeries does not restore in package profile local; build with SECSTREAM_PROFILE=full where the registry holds it", StringComparison.Ordinal));
    }
}
