using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Json;
using Xunit;

namespace SecStream.Stages.Tests.Json;

public sealed class JsonFieldParserTests
{
    private readonly FieldCatalog _catalog = new();
    private readonly JsonFieldParser _parser;
    private readonly EventRecord _record;

    public JsonFieldParserTests()
    {
        _parser = new JsonFieldParser(new JsonFieldMap(_catalog));
        _record = new EventRecord(_catalog.Count);
    }

    [Theory]
    [InlineData("""{"source":{"ip":"192.0.2.1","geo":{"city_name":"Bonn"}}}""")]
    [InlineData("""{"source.ip":"192.0.2.1","source.geo.city_name":"Bonn"}""")]
    [InlineData("""{"source":{"ip":"192.0.2.1","geo.city_name":"Bonn"}}""")]
    [InlineData("""{"source.geo":{"city_name":"Bonn"},"source":{"ip":"192.0.2.1"}}""")]
    [InlineData("""{"source":{"geo":{"city_name":"Bonn"}},"source":{"ip":"192.0.2.1"}}""")]
    [InlineData(" {\r\n\t\"source\" : {\n \"ip\" : \"192.0.2.1\" , \"geo\" : { } , \"geo\" : {\"city_name\" : \"Bonn\"} } } \n")]
    [InlineData("""{"s\u006furce":{"\u0069p":"192.0.2.1","geo":{"city\u005fname":"Bonn"}}}""")]
    public void Parse_NestedDottedOrMixedKeys_AllReachTheField(string json)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(JsonError.None, Parse(json));
            Assert.Equal("192.0.2.1", Text(Ecs.SourceIp));
            Assert.Equal("Bonn", Text(Ecs.SourceGeoCityName));
            Assert.Equal(2, _record.PresentCount);
        }
    }

    [Theory]
    [InlineData("", JsonError.Empty)]
    [InlineData(" \n", JsonError.Empty)]
    [InlineData("[1]", JsonError.NotAnObject)]
    [InlineData("\"x\"", JsonError.NotAnObject)]
    [InlineData("\uFEFF{}", JsonError.NotAnObject)]
    [InlineData("{", JsonError.Syntax)]
    [InlineData("{}}", JsonError.Syntax)]
    [InlineData("{} {}", JsonError.Syntax)]
    [InlineData("{},", JsonError.Syntax)]
    [InlineData("""{"a":1,}""", JsonError.Syntax)]
    [InlineData("""{,"a":1}""", JsonError.Syntax)]
    [InlineData("""{"a" 1}""", JsonError.Syntax)]
    [InlineData("""{"a":}""", JsonError.Syntax)]
    [InlineData("""{"a":1 "b":2}""", JsonError.Syntax)]
    [InlineData("""{"a":01}""", JsonError.Syntax)]
    [InlineData("""{"a":1.}""", JsonError.Syntax)]
    [InlineData("""{"a":.5}""", JsonError.Syntax)]
    [InlineData("""{"a":+1}""", JsonError.Syntax)]
    [InlineData("""{"a":-}""", JsonError.Syntax)]
    [InlineData("""{"a":1e}""", JsonError.Syntax)]
    [InlineData("""{"a":NaN}""", JsonError.Syntax)]
    [InlineData("""{"a":tru}""", JsonError.Syntax)]
    [InlineData("""{"a":truex}""", JsonError.Syntax)]
    [InlineData("""{"a":[1,]}""", JsonError.Syntax)]
    [InlineData("""{"a":[1}""", JsonError.Syntax)]
    [InlineData("""{"a":{"b":[}]}""", JsonError.Syntax)]
    [InlineData("""{"message":"\x"}""", JsonError.Syntax)]
    [InlineData("""{"message":"\u12g4"}""", JsonError.Syntax)]
    [InlineData("""{"message":"\u12"}""", JsonError.Syntax)]
    [InlineData("{\"message\":\"a\nb\"}", JsonError.Syntax)]
    [InlineData("{\"message\":\"a\u0000b\"}", JsonError.Syntax)]
    [InlineData("""{"message":"open}""", JsonError.Syntax)]
    [InlineData("""{'message':1}""", JsonError.Syntax)]
    [InlineData("""{"a":1}/**/""", JsonError.Syntax)]
    public void Parse_NotOneObject_SaysWhy(string json, JsonError error)
    {
        Assert.Equal(error, Parse(json));
        Assert.Equal(error, Parse(json));
    }

    [Fact]
    public void Parse_InvalidUtf8_IsRefusedUnlessKnown()
    {
        byte[] json = [.. "{\"message\":\"a"u8, 0xC3, (byte)'"', (byte)'}'];
        _record.Reset(json, 0, json.Length);
        Assert.Equal(JsonError.InvalidUtf8, _parser.Parse(_record));
        byte[] surrogate = [.. "{\"message\":\""u8, 0xED, 0xA0, 0x80, (byte)'"', (byte)'}'];
        _record.Reset(surrogate, 0, surrogate.Length);
        Assert.Equal(JsonError.InvalidUtf8, _parser.Parse(_record));
    }

    [Fact]
    public void Parse_LongerThanTheLimit_IsTooLarge()
    {
        var parser = new JsonFieldParser(new JsonFieldMap(_catalog), maxBytes: 10);
        _record.Reset(new byte[11], 0, 11);
        Assert.Equal(JsonError.TooLarge, parser.Parse(_record));
    }

    [Fact]
    public void Parse_SlicesPointIntoTheRawBytes_EscapesGoToScratch()
    {
        Assert.Equal(JsonError.None, Parse("""{"message":"plain","user":{"name":"m\u00fcller\n\ud83d\ude00"}}"""));
        Assert.False(_record.Get(Ecs.Message).InScratch);
        Assert.True(_record.Get(Ecs.UserName).InScratch);
        Assert.Equal("plain", Text(Ecs.Message));
        Assert.Equal("müller\n😀", Text(Ecs.UserName));
    }

    [Theory]
    [InlineData("""\ud83d""", "\uFFFD")]
    [InlineData("""\ude00x""", "\uFFFDx")]
    [InlineData("""\ud83d\ud83d\ude00""", "\uFFFD😀")]
    [InlineData("""\ud83d\n""", "\uFFFD\n")]
    public void Parse_LoneSurrogateEscape_BecomesReplacement(string escaped, string expected)
    {
        Assert.Equal(JsonError.None, Parse($"{{\"message\":\"{escaped}\"}}"));
        Assert.Equal(expected, Text(Ecs.Message));
    }

    [Theory]
    [InlineData("0", FieldKind.Integer, 0)]
    [InlineData("-0", FieldKind.Integer, 0)]
    [InlineData("9223372036854775807", FieldKind.Integer, 9223372036854775807)]
    [InlineData("-9223372036854775808", FieldKind.Integer, -9223372036854775808)]
    [InlineData("9223372036854775808", FieldKind.Float, 9223372036854775808d)]
    [InlineData("0.1", FieldKind.Float, 0.1)]
    [InlineData("-52.520008", FieldKind.Float, -52.520008)]
    [InlineData("999999999999999.9", FieldKind.Float, 999999999999999.9)]
    [InlineData("1e3", FieldKind.Float, 1000)]
    [InlineData("1e999", FieldKind.Float, double.PositiveInfinity)]
    [InlineData("4.9e-324", FieldKind.Float, 4.9e-324)]
    public void Parse_Number_KeepsValueAndToken(string token, FieldKind kind, double value)
    {
        Assert.Equal(JsonError.None, Parse($"{{\"event\":{{\"duration\":{token}}}}}"));
        Assert.Equal((kind, value, token), (_record.Get(Ecs.EventDuration).Kind, _record.Get(Ecs.EventDuration).Number, Text(Ecs.EventDuration)));
    }

    [Fact]
    public void Parse_HugeNumber_IsAFloat()
    {
        Assert.Equal(JsonError.None, Parse($"{{\"event\":{{\"duration\":{new string('9', 1_000_000)}}}}}"));
        Assert.Equal(double.PositiveInfinity, _record.Get(Ecs.EventDuration).Number);
    }

    [Fact]
    public void Parse_ObjectAtALeafOrValueAtAnInnerPath_SetsNothing()
    {
        Assert.Equal(JsonError.None, Parse("""{"message":{"x":1},"source":"text","user":["a"],"event":null}"""));
        Assert.Equal(0, _record.PresentCount);
        Assert.Equal(JsonError.None, Parse("""{"source":{"ip":"1"},"message":"m"}"""));
        Assert.Equal(JsonError.None, Parse("""{"source":"text","message":"m"}"""));
        Assert.Equal(JsonError.None, Parse("""{"source":{},"message":"m"}"""));
        Assert.Equal(JsonError.None, Parse("""{"source":{"ip":"1"},"message":"m"}"""));
        Assert.Equal("1", Text(Ecs.SourceIp));
        Assert.Equal(JsonError.Syntax, Parse("""{"source":{,"message":"m"}"""));
        Assert.Equal(JsonError.Syntax, Parse("""{"source":{,"message":"m"}}"""));
    }

    [Fact]
    public void Parse_SamePathTwice_LastWins()
    {
        Assert.Equal(JsonError.None, Parse("""{"source":{"ip":"1","port":1},"source.ip":"2","source":{"ip":3}}"""));
        Assert.Equal((FieldKind.Integer, 3L), (_record.Get(Ecs.SourceIp).Kind, _record.Get(Ecs.SourceIp).Bits));
        Assert.Equal(1, _record.Get(Ecs.SourcePort).Bits);
    }

    [Theory]
    [InlineData(63, JsonError.None)]
    [InlineData(64, JsonError.Depth)]
    [InlineData(1_000_000, JsonError.Depth)]
    public void Parse_NestedArrays_DepthIsBounded(int depth, JsonError error)
    {
        Assert.Equal(error, Parse($"{{\"tags\":{new string('[', depth)}{new string(']', depth)}}}"));
        Assert.Equal(error, Parse($"{{\"nobody\":{string.Concat(Enumerable.Repeat("{\"a\":", depth - 1))}{{{new string('}', depth)}}}"));
    }

    [Fact]
    public void Parse_DeepMappedPath_DepthIsBounded()
    {
        var path = string.Join('.', Enumerable.Repeat("a", 80));
        var catalog = new FieldCatalog();
        var deep = catalog.Intern(path);
        var shallow = catalog.Intern(path[..(2 * 63 + 1)]);
        var parser = new JsonFieldParser(new JsonFieldMap(catalog));
        var record = new EventRecord(catalog.Count);
        foreach (var (levels, error) in new[] { (64, JsonError.None), (65, JsonError.Depth), (80, JsonError.Depth), (64, JsonError.None) })
        {
            var json = Encoding.UTF8.GetBytes($"{string.Concat(Enumerable.Repeat("{\"a\":", levels))}7{new string('}', levels)}");
            record.Reset(json, 0, json.Length);
            Assert.Equal(error, parser.Parse(record));
            Assert.Equal((levels == 64, false), (record.Has(shallow), record.Has(deep)));
        }
    }

    [Fact]
    public void Parse_BytesBehindTheEvent_AreNotRead()
    {
        const string Whole = """{"user":{"name":"alice"},"source":{"ip":"192.0.2.1"},"message":"m"}""";
        Assert.Equal(JsonError.None, Parse(Whole));
        var buffer = Encoding.UTF8.GetBytes(Whole + Whole);
        for (var length = 0; length < Whole.Length; length++)
        {
            _record.Reset(buffer, 0, length);
            Assert.NotEqual(JsonError.None, _parser.Parse(_record));
        }
    }

    [Fact]
    public void Parse_SteadyState_AllocatesNothing()
    {
        var json = Encoding.UTF8.GetBytes("""{"@timestamp":"2026-11-21T00:00:00Z","user":{"name":"\u00fc"},"source":{"port":1,"ip":"a"},"x":[1,{"y":1.5}]}""");
        for (var i = 0; i < 100; i++)
        {
            _record.Reset(json, 0, json.Length);
            _parser.Parse(_record);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _record.Reset(json, 0, json.Length);
            _parser.Parse(_record);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Map_SeveralPathsToOneField_AndDuplicatePathRefused()
    {
        var parser = new JsonFieldParser(new JsonFieldMap([new("ip", Ecs.SourceIp), new("client_ip", Ecs.SourceIp), new("source.ip", Ecs.SourceIp)]));
        var json = """{"client_ip":"192.0.2.9"}"""u8.ToArray();
        _record.Reset(json, 0, json.Length);
        Assert.Equal(JsonError.None, parser.Parse(_record));
        Assert.Equal("192.0.2.9", Text(Ecs.SourceIp));
        Assert.Throws<ArgumentException>(() => new JsonFieldMap([new("ip", 1), new("ip", 2)]));
    }

    private JsonError Parse(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        _record.Reset(bytes, 0, bytes.Length);
        return _parser.Parse(_record);
    }

    private string Text(int field) => Encoding.UTF8.GetString(_record.Text(field));
}
