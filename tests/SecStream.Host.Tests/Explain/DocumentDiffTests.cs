using System.Text.Json;
using SecStream.Host.Explain;
using Xunit;

namespace SecStream.Host.Tests.Explain;

public sealed class DocumentDiffTests
{
    [Fact]
    public void Compare_SameFieldsInOtherOrder_FindsNothing() => Assert.Empty(Compare("""{"a":{"b":1,"c":[1,2]},"d":"x"}""", """{"d":"x","a":{"c":[1,2],"b":1}}"""));

    [Fact]
    public void Compare_OneSided_NamesTheSide()
    {
        var found = Compare("""{"a":{"b":1}}""", """{"a":{"c":2}}""");
        Assert.Equal([new Difference("a.b", "1", null), new Difference("a.c", null, "2")], found);
    }

    [Fact]
    public void Compare_Lists_TellsWhatOnlyOneHas()
    {
        var difference = Assert.Single(Compare("""{"ids":["a","b"]}""", """{"ids":["b","c"]}"""));
        Assert.Contains("\"a\"", difference.Stored, StringComparison.Ordinal);
        Assert.Contains("\"c\"", difference.Derived, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_ListInOtherOrder_IsADifference() => Assert.Single(Compare("""{"ids":["a","b"]}""", """{"ids":["b","a"]}"""));

    [Fact]
    public void Compare_IgnoredField_IsSkippedOnBothSides() => Assert.Empty(Compare("""{"s":{"revision":3}}""", """{"s":{"x":1}}""", "s.revision", "s.x"));

    private static IReadOnlyList<Difference> Compare(string stored, string derived, params string[] ignore)
    {
        using var a = JsonDocument.Parse(stored);
        using var b = JsonDocument.Parse(derived);
        return DocumentDiff.Compare(a.RootElement, b.RootElement, ignore.ToHashSet());
    }
}
