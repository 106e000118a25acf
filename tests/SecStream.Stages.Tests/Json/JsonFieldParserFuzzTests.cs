using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Json;
using Xunit;

namespace SecStream.Stages.Tests.Json;

public sealed class JsonFieldParserFuzzTests
{
    private const int Documents = 50_000;

    /// <summary>200 000 documents in all; half of them broken. Buffers sized exactly, or with more (even more of the same) behind.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Parse_GeneratedDocuments_AgreesWithTheLibrary(int seed)
    {
        var catalog = Catalog();
        var parser = new JsonFieldParser(new JsonFieldMap(catalog));
        var record = new EventRecord(catalog.Count);
        var documents = new JsonDocuments(seed);
        var random = new Random(seed);
        var accepted = 0;
        var previous = "{}"u8.ToArray();
        for (var i = 0; i < Documents; i++)
        {
            var json = Encoding.UTF8.GetBytes(documents.Next());
            json = random.Next(2) == 0 ? documents.Break(json) : json;
            var (before, behind) = random.Next(3) switch { 0 => (0, Array.Empty<byte>()), 1 => (random.Next(70), new byte[random.Next(100)]), _ => (3, previous) };
            byte[] buffer = [.. new byte[before], .. json, .. behind];
            record.Reset(buffer, before, json.Length);
            var error = parser.Parse(record);
            var expected = JsonReference.Read(json, catalog);
            Assert.True((expected != null) == (error == JsonError.None), $"{error}: {Encoding.UTF8.GetString(json)}");
            if (expected != null)
            {
                JsonReference.AssertSame(expected, record, catalog);
                accepted++;
            }

            previous = json;
        }

        Assert.InRange(accepted, Documents / 3, Documents * 4 / 5);
    }

    /// <summary>The same documents again and again: what was learned from one must not be taken for another.</summary>
    [Fact]
    public void Parse_CutAndSplicedRepeats_AgreesWithTheLibrary()
    {
        var catalog = Catalog();
        var parser = new JsonFieldParser(new JsonFieldMap(catalog));
        var record = new EventRecord(catalog.Count);
        var documents = new JsonDocuments(77);
        var pool = Enumerable.Range(0, 60).Select(_ => Encoding.UTF8.GetBytes(documents.Next())).ToArray();
        var random = new Random(78);
        for (var i = 0; i < 40_000; i++)
        {
            var a = pool[random.Next(pool.Length)];
            var b = pool[random.Next(pool.Length)];
            var json = random.Next(3) switch
            {
                0 => a,
                1 => [.. a[..random.Next(a.Length)], .. b[random.Next(b.Length)..]],
                _ => a[..random.Next(a.Length)],
            };
            byte[] buffer = [.. json, .. b, .. new byte[random.Next(80)]];
            record.Reset(buffer, 0, json.Length);
            var error = parser.Parse(record);
            var expected = JsonReference.Read(json, catalog);
            Assert.True((expected != null) == (error == JsonError.None), $"{error}: {Encoding.UTF8.GetString(json)}");
            if (expected != null)
            {
                JsonReference.AssertSame(expected, record, catalog);
            }
        }
    }

    /// <summary>More shapes than are remembered.</summary>
    [Fact]
    public void Parse_EndlessNewKeys_StaysRight()
    {
        var catalog = Catalog();
        var parser = new JsonFieldParser(new JsonFieldMap(catalog));
        var record = new EventRecord(catalog.Count);
        for (var i = 0; i < 20_000; i++)
        {
            var json = Encoding.UTF8.GetBytes($$"""{"k{{i}}":1,"source":{"ip":"10.0.0.{{i}}","n{{i}}":{ } },"message":"m{{i}}"}""");
            record.Reset(json, 0, json.Length);
            Assert.Equal(JsonError.None, parser.Parse(record));
            Assert.Equal($"10.0.0.{i}", Encoding.UTF8.GetString(record.Text(Ecs.SourceIp)));
            Assert.Equal($"m{i}", Encoding.UTF8.GetString(record.Text(Ecs.Message)));
        }
    }

    private static FieldCatalog Catalog()
    {
        var catalog = new FieldCatalog();
        foreach (var name in new[] { "labels.x", "a.b", "deep.deep.deep.b", "naïve", "user.roles.x" })
        {
            catalog.Intern(name);
        }

        return catalog;
    }
}
