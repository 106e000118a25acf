using SecStream.Host.Ledger;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class DiskSpaceTests
{
    [Theory]
    [InlineData(256L << 20, false)]
    [InlineData((256L << 20) - 1, true)]
    [InlineData(0, true)]
    public void Observe_FreeSpace_IsTooLittleBelowTheBound(long free, bool full)
    {
        var found = new DiskSpace("data", 256 << 20, _ => free).Observe().ToList();
        Assert.Equal(full, found.Count == 1);
        Assert.All(found, o => Assert.Equal(BlindSpotKinds.DiskFull, o.Kind));
    }

    [Fact]
    public void Observe_DiskCannotBeAsked_IsTold() =>
        Assert.Contains("gone", Assert.Single(new DiskSpace("data", 1, _ => throw new IOException("gone")).Observe()).Detail, StringComparison.Ordinal);

    [Fact]
    public void Observe_RealFolder_IsAnswered() => Assert.Empty(new DiskSpace(Path.GetTempPath(), 1).Observe());
}
