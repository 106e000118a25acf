using System.Text;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>The body of a request. It may be written several times: to another node, or again.</summary>
public abstract class RequestBody
{
    /// <summary>Media type of JSON.</summary>
    public const string JsonType = "application/json";

    /// <summary>Media type of a bulk request: a JSON document a line.</summary>
    public const string LinesType = "application/x-ndjson";

    /// <summary><c>Content-Type</c>.</summary>
    public abstract string MediaType { get; }

    /// <summary>Bytes, uncompressed.</summary>
    public abstract long Length { get; }

    /// <summary>Writes the bytes.</summary>
    public abstract Task WriteAsync(Stream stream, CancellationToken cancellation);

    /// <summary>A body of JSON.</summary>
    public static RequestBody Json(ReadOnlyMemory<byte> json) => new MemoryBody(json, JsonType);

    /// <summary>A body of JSON.</summary>
    public static RequestBody Json(string json) => new MemoryBody(Encoding.UTF8.GetBytes(json), JsonType);

    /// <summary>A body of lines of JSON, the last one ended as well.</summary>
    public static RequestBody Lines(ReadOnlyMemory<byte> lines) => new MemoryBody(lines, LinesType);

    private sealed class MemoryBody(ReadOnlyMemory<byte> bytes, string mediaType) : RequestBody
    {
        public override string MediaType => mediaType;

        public override long Length => bytes.Length;

        public override Task WriteAsync(Stream stream, CancellationToken cancellation) => stream.WriteAsync(bytes, cancellation).AsTask();
    }
}
