using System.Text;
using System.Text.Json;
using SecStream.Core.Text;
using Xunit;

namespace SecStream.Stages.Tests.Json;

public sealed class LoneSurrogatesTests
{
    [Theory]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"a":"\udc00x"}""", """{"a":"\ufffdx"}""")]
    [InlineData("""{"\uD83D\uDE00":"\uD83D\uDE00"}""", """{"\uD83D\uDE00":"\uD83D\uDE00"}""")]
    [InlineData("""{"a":"\uD83D\uD83D\uDE00"}""", """{"a":"\ufffd\uD83D\uDE00"}""")]
    [InlineData("""{"a":"\\ud800"}""", """{"a":"\\ud800"}""")]
    [InlineData("""{"a":"\\\ud800"}""", """{"a":"\\\ufffd"}""")]
    [InlineData("""{"a":"\ud8""", """{"a":"\ud8""")]
    [InlineData("""\""", """\""")]
    [InlineData("""{"a":"\u00e4\n\"\ude00\""}""", """{"a":"\u00e4\n\"\ufffd\""}""")]
    public void Replace_HalvesOfPairs_BecomeTheReplacementCharacter(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal(json != expected, LoneSurrogates.Replace(bytes));
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void Replace_RandomEscapes_LeavesWhatTheLibraryReads()
    {
        var random = new Random(3);
        string[] parts = ["\\ud83d", "\\udE00", "\\u0041", "\\\\", "\\n", "ud800", "x", "\\\"", "\\uDBFF", "\\uDFFF"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = "\"" + string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)])) + "\"";
            var bytes = Encoding.UTF8.GetBytes(text);
            var readable = Read(bytes) is not null;
            Assert.Equal(!readable, LoneSurrogates.Replace(bytes));
            Assert.NotNull(Read(bytes));
        }
    }

    private static string? Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return document.RootElement.GetString();
        }
        catch (InvalidOperationException)
        {
            // That is what is looked for.
            return null;
        }
    }
}
