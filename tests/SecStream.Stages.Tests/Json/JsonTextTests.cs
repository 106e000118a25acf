using System.Text;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Text;
using SecStream.Stages.Json;
using Xunit;

namespace SecStream.Stages.Tests.Json;

public sealed class JsonTextTests
{
    [Fact]
    public void WriteEscaped_RandomBytes_IsReadBackWithReplacements()
    {
        var random = new Random(5);
        var writer = new ByteWriter();
        for (var i = 0; i < 20_000; i++)
        {
            var text = new byte[random.Next(60)];
            random.NextBytes(text);
            if (random.Next(2) == 0)
            {
                text = [.. Encoding.UTF8.GetBytes("aé€😀\"\\\n\u0001\u007f"), .. text[..(text.Length / 8)]];
            }

            if (random.Next(4) == 0)
            {
                text = [.. Enumerable.Range(0, random.Next(i % 100 == 0 ? 9000 : 300)).Select(_ => "abcdefghijklmnop\"\\\n\u0001é"u8[random.Next(22)])];
            }

            writer.Reset(i % 50 == 0 ? 64 : int.MaxValue);
            JsonText.WriteEscaped(writer, text);
            var read = JsonSerializer.Deserialize<string>(writer.Written);
            Assert.Equal(Encoding.UTF8.GetString(text), read);
        }
    }

    [Fact]
    public void Unescape_AnyBytes_NeverGrows()
    {
        var random = new Random(6);
        for (var i = 0; i < 50_000; i++)
        {
            var text = new byte[random.Next(30)];
            for (var j = 0; j < text.Length; j++)
            {
                text[j] = "\\\\\\uuudD8c9f0\"nx"u8[random.Next(16)];
            }

            Assert.InRange(JsonText.Unescape(text, new byte[text.Length]), 0, text.Length);
        }
    }

    [Theory]
    [InlineData("""{"a":{"b":1}}""", "a.b", JsonKind.Number, "1")]
    [InlineData("""{"a.b":true}""", "a.b", JsonKind.True, "true")]
    [InlineData("""{"a":{"b.c":"x\ny"}}""", "a.b.c", JsonKind.String, "x\ny")]
    [InlineData("""{"a":1,"a":[1, 2]}""", "a", JsonKind.Array, "[1, 2]")]
    [InlineData("""{"a":{"b":1},"a.b":{"c":2}}""", "a.b", JsonKind.Object, """{"c":2}""")]
    [InlineData("""{"\u0061":null}""", "a", JsonKind.Null, "null")]
    [InlineData("""{"a":{"b":1}}""", "a.c", JsonKind.None, "")]
    [InlineData("""{"a":{"b":1}} x""", "a.b", JsonKind.None, "")]
    [InlineData("""{"a":{"b":1}""", "a.b", JsonKind.None, "")]
    [InlineData("", "a", JsonKind.None, "")]
    public void TryFind_Path_GivesTheLastValue(string json, string path, JsonKind kind, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal(kind != JsonKind.None, JsonPath.TryFind(bytes, path, out var slice));
        Assert.Equal(kind, slice.Kind);
        Assert.Equal(text, Encoding.UTF8.GetString(slice.Text(bytes, new byte[bytes.Length])));
    }

    [Theory]
    [InlineData("""["a", "b\u0063" ,1.5,true,null,[1,2],{"x":[]}]""", "a|bc|1.5|true|null|[1,2]|{\"x\":[]}")]
    [InlineData("[]", "")]
    [InlineData(" [ ] ", "")]
    [InlineData("", "")]
    [InlineData("[1,", "1")]
    [InlineData("[1 2]", "1")]
    [InlineData("[1,,2]", "1")]
    public void ArrayElements_AnyBytes_GivesTheElements(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var buffer = new byte[bytes.Length];
        var found = new List<string>();
        var elements = new JsonArrayElements(bytes);
        while (elements.MoveNext())
        {
            found.Add(Encoding.UTF8.GetString(elements.Text(buffer)));
        }

        Assert.Equal(expected, string.Join('|', found));
        var count = 0;
        foreach (var element in new JsonArrayElements(bytes))
        {
            Assert.NotEqual(JsonKind.None, element.Kind);
            count++;
        }

        Assert.Equal(found.Count, count);
    }

    [Fact]
    public void IsoTimestamp_AnyTime_AgreesWithTheLibrary()
    {
        var random = new Random(7);
        var text = new byte[IsoTimestamp.Length];
        for (var i = 0; i < 50_000; i++)
        {
            var time = i switch
            {
                0 => EventClock.ToMicroseconds(DateTimeOffset.MinValue),
                1 => EventClock.ToMicroseconds(DateTimeOffset.MaxValue),
                2 => -1,
                _ => random.NextInt64(EventClock.ToMicroseconds(DateTimeOffset.MinValue), EventClock.ToMicroseconds(DateTimeOffset.MaxValue)),
            };
            IsoTimestamp.Write(time, text);
            Assert.Equal(EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"), Encoding.ASCII.GetString(text));
        }

        IsoTimestamp.Write(long.MaxValue, text);
        Assert.Equal("9999-12-31T23:59:59.999999Z", Encoding.ASCII.GetString(text));
    }
}
