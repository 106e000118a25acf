using System.Text.Json;
using SecStream.Host.Documents;
using Xunit;

namespace SecStream.Host.Tests.Documents;

public sealed class DocumentFieldsTests
{
    [Theory]
    [InlineData("""{"a":{"b":{"c":"x"}}}""")]
    [InlineData("""{"a.b.c":"x"}""")]
    [InlineData("""{"a":{"b.c":"x"}}""")]
    [InlineData("""{"a.b":{"c":"x"}}""")]
    [InlineData("""{"a":{"c":1},"a.b":{"c":"x"}}""")]
    public void Text_NestedOrDotted_IsFound(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal("x", DocumentFields.Text(document.RootElement, "a.b.c"));
    }

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":{"b":{}}}""")]
    [InlineData("""[]""")]
    public void Text_Missing_IsNull(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Null(DocumentFields.Text(document.RootElement, "a.b"));
    }

    [Fact]
    public void Text_HalfASurrogatePair_DoesNotThrow()
    {
        using var document = JsonDocument.Parse("""{"user":{"name":"\ud800"}}""");
        Assert.NotNull(DocumentFields.Text(document.RootElement, "user.name"));
    }

    [Fact]
    public void Time_NoTime_IsNull()
    {
        using var document = JsonDocument.Parse("""{"t":"never","n":5}""");
        Assert.Null(DocumentFields.Time(document.RootElement, "t"));
        Assert.Null(DocumentFields.Number(document.RootElement, "t"));
        Assert.Equal(5, DocumentFields.Number(document.RootElement, "n"));
    }
}
