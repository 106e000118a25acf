using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
using SecStream.Stages.Json;
using Xunit;

namespace SecStream.Stages.Tests.Json;

public sealed class EcsDocumentWriterTests
{
    private const long Time = 1_795_230_245_123_456; // 2026-11-21T03:04:05.123456Z
    private readonly FieldCatalog _catalog = new();
    private readonly ByteWriter _output = new(64);

    [Fact]
    public void Write_EcsJson_SplicesWhatWasAdded()
    {
        var record = Parse("{\"@timestamp\":\"2026-11-21T03:04:05Z\",\n \"source\":{\"ip\":\"192.0.2.1\"}\r\n} ");
        var parsed = record.PresentCount;
        record.SetText(Ecs.SourceGeoCountryIsoCode, "DE"u8);
        record.SetFloat(Ecs.SourceGeoLocationLat, 52.5);
        record.SetInteger(Ecs.SourceAsNumber, 64496);
        record.SetText(Ecs.SourceIp, "192.0.2.1"u8);
        Assert.Equal(
            "{\"@timestamp\":\"2026-11-21T03:04:05Z\",  \"source\":{\"ip\":\"192.0.2.1\"},\"source.geo.country_iso_code\":\"DE\",\"source.geo.location.lat\":52.5,"
            + "\"source.as.number\":64496}",
            Write(record, parsed));
    }

    [Fact]
    public void Write_EcsJsonWithoutTimestamp_GetsOne()
    {
        Assert.Equal("""{"@timestamp":"2026-11-21T03:04:05.123456Z"}""", Write(Parse(" { } "), 0));
        Assert.Equal("""{"message":"m","@timestamp":"2026-11-21T03:04:05.123456Z"}""", Write(Parse("""{"message":"m"}"""), 1));
    }

    [Fact]
    public void Write_OtherFormat_NestsInAFixedOrderWithTheOriginal()
    {
        byte[] raw = [.. "sshd: \"x\"\t"u8, 0xFF, .. "é"u8];
        var record = new EventRecord(_catalog.Count);
        record.Reset(raw, 0, raw.Length);
        record.Time = Time;
        record.SetInteger(Ecs.SourcePort, 22);
        record.SetText(Ecs.UserName, "a\"b\n"u8);
        record.SetText(Ecs.SourceGeoCityName, "Köln"u8);
        record.SetBool(Ecs.SecstreamLate, true);
        record.SetText(Ecs.EventAction, "login_failed"u8);
        record.Slot(Ecs.EventIngested) = new FieldValue { Kind = FieldKind.Time, Bits = Time };
        Assert.Equal(
            """{"@timestamp":"2026-11-21T03:04:05.123456Z","event":{"action":"login_failed","original":"sshd: \"x\"\t"""
            + "\uFFFDé\",\"ingested\":\"2026-11-21T03:04:05.123456Z\"},\"secstream\":{\"late\":true},\"user\":{\"name\":\"a\\\"b\\n\"},"
            + "\"source\":{\"port\":22,\"geo\":{\"city_name\":\"Köln\"}}}",
            Write(record, 0));
    }

    [Fact]
    public void Write_ValueAndObjectOfOneName_KeepsTheObject()
    {
        _catalog.Intern("labels.env");
        var record = new EventRecord(_catalog.Count);
        record.Reset("x"u8.ToArray(), 0, 1);
        record.Time = Time;
        record.SetText(Ecs.Labels, "l"u8);
        record.SetText(_catalog.Find("labels.env"), "e"u8);
        Assert.EndsWith("""original":"x"},"labels":{"env":"e"}}""", Write(record, 0));
    }

    [Fact]
    public void Write_NumbersThatAreNoJson_AreWrittenAsJson()
    {
        var raw = "007 +1.50 inf 1e5"u8.ToArray();
        var record = new EventRecord(_catalog.Count);
        record.Reset(raw, 0, raw.Length);
        record.Slot(Ecs.SourcePort) = new FieldValue { Kind = FieldKind.Integer, Offset = 0, Length = 3, Bits = 7 };
        record.Slot(Ecs.SourceGeoLocationLat) = new FieldValue { Kind = FieldKind.Float, Offset = 4, Length = 5, Bits = BitConverter.DoubleToInt64Bits(1.5) };
        record.Slot(Ecs.SourceGeoLocationLon) = new FieldValue { Kind = FieldKind.Float, Offset = 10, Length = 3, Bits = BitConverter.DoubleToInt64Bits(double.PositiveInfinity) };
        record.Slot(Ecs.EventDuration) = new FieldValue { Kind = FieldKind.Float, Offset = 14, Length = 3, Bits = BitConverter.DoubleToInt64Bits(1e5) };
        var json = Write(record, 0);
        Assert.Contains("\"port\":7,", json);
        Assert.Contains("\"lat\":1.5,\"lon\":null", json);
        Assert.Contains("\"duration\":1e5", json);
    }

    [Fact]
    public void Write_GeneratedDocuments_StayValidAndKeepEveryField()
    {
        var documents = new JsonDocuments(9);
        var parser = new JsonFieldParser(new JsonFieldMap(_catalog));
        var writer = new EcsDocumentWriter(_catalog);
        var record = new EventRecord(_catalog.Count);
        var again = new EventRecord(_catalog.Count);
        for (var i = 0; i < 20_000; i++)
        {
            var json = Encoding.UTF8.GetBytes(documents.Next());
            record.Reset(json, 0, json.Length);
            if (parser.Parse(record) != JsonError.None)
            {
                continue;
            }

            record.IsEcsJson = i % 2 == 0;
            var parsed = record.PresentCount;
            record.SetText(Ecs.ThreatFeedName, "feed"u8);
            _output.Reset();
            writer.Write(record, parsed, _output);
            Assert.False(_output.Written.ContainsAny((byte)'\n', (byte)'\r'));
            again.Reset(_output.Buffer, 0, _output.Length);
            var error = parser.Parse(again);
            if (error == JsonError.Depth && i % 2 == 1)
            {
                // Sixty-odd brackets under a dotted key, now nested a few levels deeper.
                continue;
            }

            Assert.Equal(JsonError.None, error);
            Assert.NotNull(JsonReference.Read(_output.Written.ToArray(), _catalog));
            foreach (var field in record.Present)
            {
                if (field != Ecs.Timestamp)
                {
                    Assert.Equal(Normal(record, field), Normal(again, field));
                }
            }
        }
    }

    [Fact]
    public void Write_SteadyState_AllocatesNothing()
    {
        var writer = new EcsDocumentWriter(_catalog);
        var record = Parse("""{"@timestamp":"2026-11-21T03:04:05Z","source":{"ip":"192.0.2.1","port":1.5},"user":{"name":"\u00fc"}}""");
        var before = 0L;
        for (var i = 0; i < 1000; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            record.IsEcsJson = i % 2 == 0;
            _output.Reset();
            writer.Write(record, 1, _output);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Integers are written from their value: -0 comes back as 0.
    private static (FieldKind, long, string) Normal(EventRecord record, int field)
    {
        var value = record.Get(field);
        return value.Kind is FieldKind.Integer or FieldKind.Float or FieldKind.Bool
            ? (value.Kind, value.Bits, "")
            : (value.Kind, 0, Encoding.UTF8.GetString(record.Text(in value)).Replace('\n', ' ').Replace('\r', ' '));
    }

    private EventRecord Parse(string json)
    {
        var record = new EventRecord(_catalog.Count);
        var bytes = Encoding.UTF8.GetBytes(json);
        record.Reset(bytes, 0, bytes.Length);
        Assert.Equal(JsonError.None, new JsonFieldParser(new JsonFieldMap(_catalog)).Parse(record));
        record.IsEcsJson = true;
        record.Time = Time;
        return record;
    }

    private string Write(EventRecord record, int parsedCount)
    {
        _output.Reset();
        new EcsDocumentWriter(_catalog).Write(record, parsedCount, _output);
        return Encoding.UTF8.GetString(_output.Written);
    }
}
