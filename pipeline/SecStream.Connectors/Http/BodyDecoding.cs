using System.IO.Compression;

namespace SecStream.Connectors.Http;

/// <summary>Undoes a <c>Content-Encoding</c>.</summary>
internal static class BodyDecoding
{
    /// <summary>The decoded body.</summary>
    /// <exception cref="IngestException">415: unknown encoding.</exception>
    public static Stream Open(Stream body, string encoding) => encoding.Trim().ToLowerInvariant() switch
    {
        "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),

        // HTTP's deflate is the zlib format (RFC 9110, 8.4.1.2).
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true),
        var other => throw new IngestException(415, $"Content-Encoding {(other.Length <= 32 ? other : other[..32])} is not known; use gzip, deflate, br or none"),
    };
}
