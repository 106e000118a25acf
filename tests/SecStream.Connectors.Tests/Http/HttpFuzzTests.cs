using System.Buffers;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Http;
using SecStream.Connectors.Http.Bulk;

namespace SecStream.Connectors.Tests.Http;

/// <summary>Malformed bodies by the thousand: every one is taken with all its records accounted for, or refused with a status below 500. SECSTREAM_LONG=1: a million.</summary>
public sealed class HttpFuzzTests
{
    private static readonly int s_count = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? 1_000_000 : 50_000;

    private static readonly string[] s_pieces =
    [
        "{\"create\":{\"_index\":\"logs-a-b\"}}\n", "{\"index\":{\"_index\":\"x\",\"_id\":\"1\"}}\n", "{\"delete\":{\"_index\":\"x\",\"_id\":\"1\"}}\n", "{\"update\":{}}\n",
        "{\"event\":{\"id\":\"e\"},\"a\":[1,2,{}]}\n", "{\"a\":\"\\u00e9\\\"}\"}\n", "{}\n", "[", "]", ",", "{", "}", "\"", "\\", ":", "\n", "\r\n", " ", "null", "7", "\0", "é",
        "[{\"a\":1},{\"b\":[]}]", "{\"a\":\n{\"b\":\"\r\"}\n}", "Mar  2 10:00:00 web sshd[1]: Failed password\n", "\uFEFF",
    ];

    [Fact]
    public async Task Bulk_AnyBody_IsAccountedFor()
    {
        var (taken, refused) = (0, 0);
        for (var seed = 0; seed < s_count; seed++)
        {
            var body = Body(seed);
            try
            {
                var (records, bulk) = await Bodies.BulkAsync(body, seed % 2 == 0 ? "given" : "", seed: seed);
                CheckBulk(records, bulk);
                taken++;
            }
            catch (IngestException fault)
            {
                Assert.InRange(fault.Status, 400, 499);
                refused++;
            }
        }

        Assert.True(taken > s_count / 100 && refused > s_count / 100, $"{taken} taken, {refused} refused: the generator reaches one side only");
    }

    [Fact]
    public async Task Ingest_AnyBody_IsAccountedFor()
    {
        var (taken, refused) = (0, 0);
        string[] types = ["application/x-ndjson", "application/json", "text/plain", ""];
        for (var seed = 0; seed < s_count; seed++)
        {
            var body = Body(seed);
            var type = types[seed % 4];
            try
            {
                var records = await Bodies.IngestAsync(body, type, seed: seed);
                CheckIngest(body, type, records);
                taken++;
            }
            catch (IngestException fault)
            {
                Assert.InRange(fault.Status, 400, 499);
                refused++;
            }
        }

        Assert.True(taken > s_count / 100 && refused > s_count / 100, $"{taken} taken, {refused} refused: the generator reaches one side only");
    }

    [Fact]
    public async Task BulkAnswer_AnyItemsAndFilter_IsJson()
    {
        string[] filters = ["", "errors,items.*.error,items.*.status", "took", "-items.**._id", "items.create", "**.reason"];
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var items = Enumerable.Range(0, random.Next(1, 6)).Select(i => new BulkItem(
                random.Next(2) == 0 ? "create" : "index", "\"x\n", random.Next(2) == 0 ? null : "<é>", random.Next(2) == 0 ? null : "kind", null)).ToList();
            items = [.. items.Select(i => i.ErrorKind is null ? i : i with { Reason = "why \"so\"" })];
            var target = new ArrayBufferWriter<byte>();
            await new BulkAnswer(FilterPath.Read(filters[seed % filters.Length]), () => "new").WriteAsync(
                target, items, true, 3, 10, _ => default, CancellationToken.None);
            using var answer = JsonDocument.Parse(target.WrittenMemory);
            if (seed % filters.Length == 0)
            {
                Assert.Equal(items.Select(i => i.Reason is null ? 201 : 400), answer.RootElement.GetProperty("items").EnumerateArray()
                    .Select(i => i.EnumerateObject().Single().Value.GetProperty("status").GetInt32()));
            }
        }
    }

    private static void CheckBulk(List<string> records, BulkBody bulk)
    {
        Assert.Equal(records.Count, bulk.Items.Count(i => i.Reason is null));
        Assert.Equal(bulk.HasErrors, bulk.Items.Any(i => i.Reason is not null));
        Assert.NotEmpty(bulk.Items);
        foreach (var record in records)
        {
            Assert.DoesNotContain('\n', record);
            using var document = JsonDocument.Parse(Encoding.Latin1.GetBytes(record));
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    private static void CheckIngest(byte[] body, string type, List<string> records)
    {
        Assert.All(records, r => Assert.DoesNotContain('\n', r));
        if (type is "application/x-ndjson" or "text/plain")
        {
            var text = Encoding.Latin1.GetString(body);
            var start = text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? text[3..] : text;
            Assert.Equal(start.Split('\n').Select(l => l.EndsWith('\r') ? l[..^1] : l).Where(l => l.Trim(' ', '\t', '\r').Length > 0), records);
        }
        else if (body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..])
        {
            // An array that was taken is JSON, and its elements are the records.
            using var array = JsonDocument.Parse(body);
            Assert.Equal(array.RootElement.GetArrayLength(), records.Count);
        }
    }

    private static byte[] Body(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        if (random.Next(3) == 0)
        {
            Valid(text, random);
        }

        for (var i = random.Next(8); i > 0; i--)
        {
            text.Append(s_pieces[random.Next(s_pieces.Length)]);
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        for (var i = random.Next(3); i > 0 && bytes.Length > 0 && random.Next(2) == 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static void Valid(StringBuilder text, Random random)
    {
        for (var i = random.Next(4); i >= 0; i--)
        {
            text.Append(s_pieces[random.Next(2)]).Append(s_pieces[4 + random.Next(3)]);
        }
    }
}
