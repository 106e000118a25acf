using SecStream.Host.Versions;
using Xunit;

namespace SecStream.Host.Tests.Versions;

public sealed class ReloadWatchTests : IDisposable
{
    private readonly ReloadSetup _setup = new();

    [Fact]
    public void HasSettledChange_NothingChanged_False()
    {
        var watch = new ReloadWatch(_setup.Options, TimeProvider.System);
        Assert.False(watch.HasSettledChange());
        Assert.False(watch.HasSettledChange());
    }

    [Fact]
    public void HasSettledChange_FileBeingWritten_FirstWhenItIsQuiet()
    {
        var watch = new ReloadWatch(_setup.Options, TimeProvider.System);
        _setup.Write("rules/B.yml", "half");
        Assert.False(watch.HasSettledChange());
        _setup.Write("rules/B.yml", "half of it");
        Assert.False(watch.HasSettledChange());
        Assert.True(watch.HasSettledChange());
        Assert.False(watch.HasSettledChange());
    }

    [Theory]
    [InlineData("entities.yml")]
    [InlineData("bad.txt")]
    [InlineData("rules/A.yml")]
    [InlineData("rules/deep/er/B.yml")]
    public void HasSettledChange_AnyFileOrItsEnd_IsSeen(string name)
    {
        var watch = new ReloadWatch(_setup.Options, TimeProvider.System);
        _setup.Write(name, "something of another length");
        Assert.False(watch.HasSettledChange());
        Assert.True(watch.HasSettledChange());
        File.Delete(_setup.File(name));
        Assert.False(watch.HasSettledChange());
        Assert.True(watch.HasSettledChange());
    }

    [Fact]
    public void HasSettledChange_FolderThatGoesAway_IsSeenOnce()
    {
        var watch = new ReloadWatch(_setup.Options, TimeProvider.System);
        Directory.Delete(_setup.File("rules"), recursive: true);
        Assert.False(watch.HasSettledChange());
        Assert.True(watch.HasSettledChange());
        Assert.False(watch.HasSettledChange());
    }

    public void Dispose() => _setup.Dispose();
}
