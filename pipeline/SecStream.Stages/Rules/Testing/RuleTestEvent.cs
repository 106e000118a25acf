using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Rules.Testing;

/// <summary>A field of a test event. The value is a string, long, double, bool or a list of these.</summary>
public sealed record RuleTestField(string Name, object Value);

/// <summary>An event of a test case. Immutable.</summary>
/// <param name="Time">Event time, microseconds since 1970 UTC.</param>
/// <param name="Count">Occurrences it stands for.</param>
/// <param name="Fields">Its fields, ECS names.</param>
public sealed record RuleTestEvent(long Time, int Count, IReadOnlyList<RuleTestField> Fields)
{
    /// <summary>It is no event but an anomaly whose window ends at <see cref="Time"/>; <see cref="Fields"/> are its key.</summary>
    public RuleTestAnomaly? Anomaly { get; init; }

    // As shippers write it: only what must be escaped is.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The event as one line of ECS JSON with dotted names, <c>@timestamp</c> first.</summary>
    public string ToJson()
    {
        var json = new StringBuilder("{\"@timestamp\":\"").Append(EventClock.ToInstant(Time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'")).Append('"');
        if (Count != 1)
        {
            json.Append(",\"secstream.repeat.count\":").Append(Count);
        }

        foreach (var field in Fields)
        {
            json.Append(',').Append(JsonSerializer.Serialize(field.Name, Plain)).Append(':').Append(JsonSerializer.Serialize(field.Value, Plain));
        }

        return json.Append('}').ToString();
    }

    /// <summary>Fills a record as a parser would, with <see cref="ToJson"/> as its raw bytes. Fields nobody asked for are left out.</summary>
    public void Fill(EventRecord record, FieldCatalog catalog)
    {
        var raw = Encoding.UTF8.GetBytes(ToJson());
        record.EnsureFieldCount(catalog.Count);
        record.Reset(raw, 0, raw.Length);
        record.Time = Time;
        record.Count = Count;
        record.IsEcsJson = true;
        foreach (var field in Fields)
        {
            var id = catalog.Find(field.Name);
            if (id >= 0)
            {
                Set(record, id, field.Value);
            }
        }
    }

    private static void Set(EventRecord record, int field, object value)
    {
        switch (value)
        {
            case long integer:
                record.SetInteger(field, integer);
                break;
            case double real:
                record.SetFloat(field, real);
                break;
            case bool truth:
                record.SetBool(field, truth);
                break;
            case string text:
                record.SetText(field, Encoding.UTF8.GetBytes(text));
                break;
            default:
                record.SetText(field, JsonSerializer.SerializeToUtf8Bytes(value, Plain));
                record.Slot(field).Kind = FieldKind.Array;
                break;
        }
    }
}
