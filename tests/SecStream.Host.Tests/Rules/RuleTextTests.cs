using SecStream.Host.Check;
using SecStream.Host.Rules;
using Xunit;

namespace SecStream.Host.Tests.Rules;

public sealed class RuleTextTests
{
    [Theory]
    [InlineData(900, "15 min")]
    [InlineData(5400, "1 h 30 min")]
    [InlineData(86400, "1 d")]
    [InlineData(0, "0 ms")]
    [InlineData(0.5, "500 ms")]
    public void Span_Seconds_ReadsWell(double seconds, string expected) => Assert.Equal(expected, RuleText.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void NaturalOrder_Codes_CountsAsPeopleDo() =>
        Assert.Equal(["C1", "P2", "P10", "P11", "T1"], new[] { "P11", "T1", "P10", "C1", "P2" }.Order(NaturalOrder.Instance));

    [Theory]
    [InlineData(30, "30 s ago")]
    [InlineData(7300, "2 h 1 min ago")]
    [InlineData(864000, "10 days ago")]
    [InlineData(-90, "1 min 30 s ahead of now")]
    public void Ago_Seconds_SaysWhichWay(double seconds, string expected) => Assert.Equal(expected, CheckListing.Ago(seconds));
}
