namespace SecStream.Connectors.Tests.Http;

/// <summary>A body that arrives in pieces of random length.</summary>
internal sealed class ChunkedStream(byte[] content, Random random) : Stream
{
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var piece = Math.Min(Math.Min(count, content.Length - _at), 1 + random.Next(40));
        content.AsSpan(_at, piece).CopyTo(buffer.AsSpan(offset));
        _at += piece;
        return piece;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var piece = Math.Min(Math.Min(buffer.Length, content.Length - _at), 1 + random.Next(40));
        content.AsSpan(_at, piece).CopyTo(buffer.Span);
        _at += piece;
        return new ValueTask<int>(piece);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
