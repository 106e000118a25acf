using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Text;

namespace SecStream.Stages.Ingest;

/// <summary>Writes what could not be parsed: when (for a store that keeps letters for a time), source, position, error class, the original bytes (base64) and, for people, their beginning as text.</summary>
internal static class DeadLetter
{
    private const int TextBytes = 1024;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    public static void Write(ByteWriter output, string source, long position, string errorClass, ReadOnlySpan<byte> raw, long? ingested)
    {
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            if (ingested is { } at)
            {
                Span<byte> time = stackalloc byte[IsoTimestamp.Length];
                IsoTimestamp.Write(at, time);
                json.WriteString("@timestamp", time);
            }

            json.WriteString("source", source);
            json.WriteNumber("position", position);
            json.WriteNumber("length", raw.Length);
            json.WriteStartObject("error");
            json.WriteString("type", errorClass);
            json.WriteEndObject();
            json.WriteString("text", System.Text.Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, TextBytes)]));
            json.WriteBase64String("bytes", raw);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
