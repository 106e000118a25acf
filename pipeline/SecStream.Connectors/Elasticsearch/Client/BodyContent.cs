using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Sends a <see cref="RequestBody"/>, compressed when asked for.</summary>
internal sealed class BodyContent : HttpContent
{
    private readonly RequestBody _body;
    private readonly bool _compress;

    public BodyContent(RequestBody body, bool compress)
    {
        (_body, _compress) = (body, compress);
        Headers.ContentType = new MediaTypeHeaderValue(body.MediaType);
        if (compress)
        {
            Headers.ContentEncoding.Add("gzip");
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_compress)
        {
            await _body.WriteAsync(stream, cancellationToken).ConfigureAwait(false);
            return;
        }

        var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            await _body.WriteAsync(gzip, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return !_compress;
    }
}
