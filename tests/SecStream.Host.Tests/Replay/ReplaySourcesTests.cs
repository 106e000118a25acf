using SecStream.Host.Replay;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Replay;

public sealed class ReplaySourcesTests
{
    /// <summary>What serve is told to follow may come later.</summary>
    [Fact]
    public void OptionsOf_FileNotThereYet_HasNoFirstYear()
    {
        using var folder = new TemporaryFolder();
        var options = ReplaySources.OptionsOf(folder.File("later.log"), new PipelineOptions(), TimeProvider.System);
        Assert.Null(options.FirstYear);
    }
}
