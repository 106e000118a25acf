using System.Buffers;
using System.Buffers.Binary;

namespace SecStream.Core.Pipeline.State;

/// <summary>
/// Entries in memory, in chunks of pooled arrays (a state may be larger than an array can be). One thread.
/// <code>
/// key length (4) | value length (4; −1: gone) | place (4) | key | value
/// </code>
/// </summary>
public sealed class StateBuffer : IStateWriter, IDisposable
{
    internal const int HeadBytes = 8;
    private const int ChunkBytes = 1 << 18;

    private readonly BinaryWriter _writer;
    private byte[] _chunk = [];
    private int _length;
    private int _open = -1;

    /// <summary>Makes an empty buffer.</summary>
    public StateBuffer() => _writer = new BinaryWriter(new Appender(this));

    internal List<ArraySegment<byte>> Chunks { get; } = [];

    /// <inheritdoc/>
    public BinaryWriter Put(in StatePlace place, ReadOnlySpan<byte> key)
    {
        Begin(place, key, 0);
        return _writer;
    }

    /// <inheritdoc/>
    public void Delete(in StatePlace place, ReadOnlySpan<byte> key)
    {
        Begin(place, key, -1);
        _open = -1;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>Ends the last entry; nothing is written any more.</summary>
    internal void Complete()
    {
        Close();
        if (_length > 0)
        {
            Chunks.Add(new(_chunk, 0, _length));
        }

        (_chunk, _length) = ([], 0);
    }

    private void Begin(in StatePlace place, ReadOnlySpan<byte> key, int valueLength)
    {
        Close();
        _open = _length;
        var head = Reserve(HeadBytes + StatePlace.Bytes + key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head, StatePlace.Bytes + key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], valueLength);
        place.Write(head[HeadBytes..]);
        key.CopyTo(head[(HeadBytes + StatePlace.Bytes)..]);
    }

    private void Close()
    {
        if (_open >= 0)
        {
            var head = _chunk.AsSpan(_open);
            var key = BinaryPrimitives.ReadInt32LittleEndian(head);
            BinaryPrimitives.WriteInt32LittleEndian(head[4..], _length - _open - HeadBytes - key);
            _open = -1;
        }
    }

    /// <summary>The next bytes of the entry that is open; it moves to a chunk with more room when it must, for no entry spans two.</summary>
    private Span<byte> Reserve(int count)
    {
        if (count > _chunk.Length - _length)
        {
            var begun = _length - _open;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, checked((begun + count) * 2)));
            _chunk.AsSpan(_open, begun).CopyTo(larger);
            if (_open > 0)
            {
                Chunks.Add(new(_chunk, 0, _open));
            }
            else if (_chunk.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_chunk);
            }

            (_chunk, _length, _open) = (larger, begun, 0);
        }

        _length += count;
        return _chunk.AsSpan(_length - count, count);
    }

    private sealed class Appender(StateBuffer owner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => buffer.CopyTo(owner.Reserve(buffer.Length));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void WriteByte(byte value) => owner.Reserve(1)[0] = value;

        public override void Flush()
        {
            // Nothing is held back.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
