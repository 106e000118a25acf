using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
using System.Text.Json;
namespace SecStream.Stages.Json;
public sealed class EcsDocumentWriter(FieldCatalog fields)
{
    public void Write(EventRecord record, ReadOnlySpan<int> added, ByteWriter output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        foreach (var f in record.Present) { json.WriteString(fields.Name(f), System.Text.Encoding.UTF8.GetString(record.Text(f))); }
        json.WriteEndObject();
    }
}
