using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>
/// Cuts a stream into lines, straight into the buffers of batches: only the unfinished line at the end of a batch is copied. Positions are
/// uncompressed offsets. A line beyond <see cref="MaxLineBytes"/> is delivered cut (the parser makes it a dead letter) and its rest skipped.
/// </summary>
internal sealed class LineReader(Stream stream, string tenant, bool fill = true) : IDisposable
{
    /// <summary>Longest line delivered whole, in bytes.</summary>
    public const int MaxLineBytes = 16 << 20;

    /// <summary>How much of the first line tells a file from others.</summary>
    public const int FingerprintBytes = 4096;

    private const int BatchBytes = 256 * 1024;

    private byte[] _carry = [];
    private int _carryLength;
    private long _position;
    private bool _skipping;
    private Exception? _fault;

    /// <summary>Position of the next line.</summary>
    public long Position => _position;

    /// <summary>Nothing at or behind this position is read.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Hash of tenant and fingerprint; 0 before the first line is known.</summary>
    public ulong SourceHash { get; private set; }

    /// <summary>Length of the stream now; for streams that can seek.</summary>
    public long Length => stream.Length;

    /// <summary>
    /// Reads the next lines. <paramref name="final"/>: the stream will not grow, so what is left at its end is a line.
    /// False when no whole line is there.
    /// </summary>
    public bool TryRead(RecordBatch batch, bool final)
    {
        var buffer = Prepare(batch);
        var length = _carryLength;
        while (true)
        {
            var read = Fill(buffer, length);
            length += read;
            var end = Split(batch, buffer, length);
            if (batch.Records.Count > 0)
            {
                return Finish(batch, buffer, end, length);
            }

            if (read == 0)
            {
                return final && length > 0 ? Last(batch, buffer, length) : Keep(buffer, length);
            }

            if (length == buffer.Length && !TryGrow(batch, ref buffer, ref length))
            {
                return true;
            }
        }
    }

    /// <summary>
    /// Looks at the first line without reading it, so that <see cref="SourceHash"/> is known before a record is handed on: decisions that were made at
    /// positions of this very file have to be met there. For streams that can seek.
    /// </summary>
    public void Identify()
    {
        if (SourceHash != 0 || !stream.CanSeek)
        {
            return;
        }

        var here = stream.Position;
        stream.Seek(0, SeekOrigin.Begin);
        var head = new byte[FingerprintBytes];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Seek(here, SeekOrigin.Begin);
        if (length == head.Length || head.AsSpan(0, length).Contains((byte)'\n'))
        {
            SourceHash = EventId.SourceHash(tenant, Fingerprint(head.AsSpan(0, length)));
        }
    }

    /// <summary>Goes to a position saved earlier, the start of a line.</summary>
    public void Seek(long position, ulong sourceHash)
    {
        SourceHash = sourceHash;
        if (stream.CanSeek)
        {
            stream.Seek(position, SeekOrigin.Begin);
        }
        else
        {
            var scratch = new byte[BatchBytes];
            for (var left = position; left > 0;)
            {
                var read = stream.Read(scratch, 0, (int)Math.Min(left, scratch.Length));
                if (read == 0)
                {
                    break;
                }

                left -= read;
            }
        }

        _position = position;
        _carryLength = 0;
    }

    /// <summary>SHA-256 over the first complete line of a file, at most 4 KiB of it; no path.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> start)
    {
        var line = start[..Math.Min(start.Length, FingerprintBytes)];
        var end = line.IndexOf((byte)'\n');
        return Convert.ToHexStringLower(SHA256.HashData(end >= 0 ? line[..end] : line));
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>
    /// Fills the buffer, so that archives give batches of full size too; takes what there is from a pipe. What was read before a damage is handed on,
    /// the next call throws.
    /// </summary>
    private int Fill(byte[] buffer, int from)
    {
        if (_fault is not null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }

        var room = (int)Math.Clamp(Limit - _position - from, 0, buffer.Length - from);
        var total = 0;
        int read;
        try
        {
            do
            {
                read = stream.Read(buffer, from + total, room - total);
                total += read;
            }
            while (fill && read > 0 && total < room);
        }
        catch (Exception fault) when (total > 0 && fault is (InvalidDataException or IOException))
        {
            _fault = fault;
        }

        return total;
    }

    private byte[] Prepare(RecordBatch batch)
    {
        if (batch.Buffer.Length < Math.Max(BatchBytes, _carryLength * 2))
        {
            batch.Buffer = new byte[Math.Max(BatchBytes, _carryLength * 2)];
        }

        _carry.AsSpan(0, _carryLength).CopyTo(batch.Buffer);
        return batch.Buffer;
    }

    private int Split(RecordBatch batch, byte[] buffer, int length)
    {
        var start = 0;
        while (true)
        {
            var newline = buffer.AsSpan(start, length - start).IndexOf((byte)'\n');
            if (newline < 0)
            {
                return start;
            }

            Add(batch, buffer, start, newline);
            start += newline + 1;
        }
    }

    private void Add(RecordBatch batch, byte[] buffer, int start, int length)
    {
        if (SourceHash == 0)
        {
            SourceHash = EventId.SourceHash(tenant, Fingerprint(buffer.AsSpan(start, length)));
        }

        if (_skipping)
        {
            _skipping = false;
            _position += length + 1;
            return;
        }

        var end = length > 0 && buffer[start + length - 1] == '\r' ? length - 1 : length;
        batch.Records.Add(new RecordSlice(start, end, _position));
        _position += length + 1;
    }

    private bool Finish(RecordBatch batch, byte[] buffer, int end, int length)
    {
        Keep(buffer.AsSpan(end, length - end));
        batch.EndPosition = _position;
        batch.SourceHash = SourceHash;
        return true;
    }

    private bool Last(RecordBatch batch, byte[] buffer, int length)
    {
        Add(batch, buffer, 0, length);
        _position--;
        _carryLength = 0;
        batch.EndPosition = _position;
        batch.SourceHash = SourceHash;
        return batch.Records.Count > 0;
    }

    private bool Keep(byte[] buffer, int length)
    {
        Keep(buffer.AsSpan(0, length));
        return false;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length)
        {
            _carry = new byte[Math.Max(4096, rest.Length)];
        }

        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    /// <summary>A line longer than the buffer: a larger buffer, up to the bound; beyond it the line is cut. False when the batch is ready.</summary>
    private bool TryGrow(RecordBatch batch, ref byte[] buffer, ref int length)
    {
        if (_skipping)
        {
            _position += length;
            length = 0;
            return true;
        }

        if (buffer.Length < MaxLineBytes)
        {
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxLineBytes));
            batch.Buffer = buffer;
            return true;
        }

        Add(batch, buffer, 0, length);
        _position--;
        _skipping = true;
        _carryLength = 0;
        batch.EndPosition = _position;
        batch.SourceHash = SourceHash;
        return false;
    }
}
