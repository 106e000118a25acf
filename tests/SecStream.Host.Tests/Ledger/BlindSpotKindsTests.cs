using System.Reflection;
using SecStream.Host.Ledger;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class BlindSpotKindsTests
{
    [Fact]
    public void All_ExplainsEveryKindOnce()
    {
        var names = typeof(BlindSpotKinds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        Assert.Equal(names, BlindSpotKinds.All.Select(k => k.Name));
        Assert.All(BlindSpotKinds.All, k => Assert.False(string.IsNullOrWhiteSpace(k.Meaning) || string.IsNullOrWhiteSpace(k.Remedy)));
    }
}
