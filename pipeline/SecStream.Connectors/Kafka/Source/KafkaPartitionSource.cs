using System.Globalization;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>
/// A partition of a topic. The reader's thread puts records in, the pump takes them out in batches; neither waits for the other. Positions are
/// offsets. While the group has not given the partition to this member, nothing comes; when it does again, reading goes on exactly at the position.
/// </summary>
public sealed class KafkaPartitionSource : IRecordSource
{
    private const int MaxGaps = 1000;
    private const int PooledChunks = 4;
    private const long Unknown = -1;

    private readonly Lock _gate = new();
    private readonly Queue<KafkaChunk> _chunks = new();
    private readonly Stack<KafkaChunk> _pool = new();
    private readonly List<KafkaGap> _gaps = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _leaderSilence;
    private KafkaChunk? _open;
    private bool _isAssigned;
    private long _position = Unknown;
    private long _next = Unknown;
    private long _end = Unknown;
    private long _high = Unknown;
    private long _buffered;
    private long _records;
    private long _tombstones;
    private long? _leaderHeard;

    internal KafkaPartitionSource(string topic, int partition, KafkaTopicOptions options, string tenant, TimeProvider time, TimeSpan leaderSilence)
    {
        (Topic, Partition, Options, _time, _leaderSilence) = (topic, partition, options, time, leaderSilence);
        Name = NameOf(topic, partition);
        SourceHash = EventId.SourceHash(tenant, Name);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Its partition.</summary>
    public int Partition { get; }

    /// <summary>How its records are read.</summary>
    public KafkaTopicOptions Options { get; }

    /// <summary><c>kafka:topic/partition</c>.</summary>
    public string Name { get; }

    /// <summary>A topic never ends.</summary>
    public bool HasEnded => false;

    /// <inheritdoc/>
    public ulong SourceHash { get; }

    /// <summary>Offset of the next record; 0 while it is not known.</summary>
    public long Position => Math.Max(0, Volatile.Read(ref _position));

    /// <inheritdoc/>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Records that were never seen, oldest first; the first 1 000.</summary>
    public IReadOnlyList<KafkaGap> Gaps
    {
        get
        {
            lock (_gate)
            {
                return [.. _gaps];
            }
        }
    }

    /// <summary>The last gap in words; null when nothing is missing.</summary>
    public string? Gap
    {
        get
        {
            lock (_gate)
            {
                return _gaps is [.., var last] ? last.Detail : null;
            }
        }
    }

    /// <summary>
    /// The partition is this member's, everything up to the end that the broker told has been taken, and its leader has spoken within the last
    /// seconds. Thread-safe.
    /// </summary>
    public bool IsLive
    {
        get
        {
            lock (_gate)
            {
                return _isAssigned && _chunks.Count == 0 && _end >= 0 && _position >= Math.Max(_end, _high)
                    && _leaderHeard is { } heard && _time.GetElapsedTime(heard) <= _leaderSilence;
            }
        }
    }

    /// <summary>Bytes that wait to be worked off.</summary>
    internal long BufferedBytes => Volatile.Read(ref _buffered);

    /// <summary>Whether a position is known: restored, or read.</summary>
    public bool HasPosition => Volatile.Read(ref _position) >= 0;

    /// <summary>Offset of the next record to be fetched; -1: not known.</summary>
    internal long NextOffset => Volatile.Read(ref _next);

    /// <summary>Fetching rests. The reader's own.</summary>
    internal bool IsPaused { get; set; }

    /// <summary>The name of the source of a partition.</summary>
    public static string NameOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"kafka:{topic}/{partition}");

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_gate)
        {
            while (_position < Limit && _chunks.TryPeek(out var chunk))
            {
                var count = CountBelow(chunk.Left, Limit);
                if (count > 0)
                {
                    Give(batch, chunk, count);
                }

                // With a limit, all before it is done when the next record is at or after it.
                _position = Math.Max(_position, Math.Min(Limit, chunk.Left.IsEmpty ? chunk.EndPosition : Limit));
                if (chunk.Left.IsEmpty && chunk.EndPosition <= Limit)
                {
                    Recycle(_chunks.Dequeue());
                }

                if (count > 0)
                {
                    batch.SourceHash = SourceHash;
                    batch.EndPosition = _position;
                    return true;
                }
            }

            // The end may lie behind the last record: marks of transactions take offsets too.
            if (_chunks.Count == 0 && _end > _position)
            {
                _position = Math.Max(_position, Math.Min(_end, Limit));
            }

            return false;
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Volatile.Read(ref _position));
    }

    /// <summary>Goes to a saved position. Before reading begins.</summary>
    /// <exception cref="InvalidOperationException">Reading has begun.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        lock (_gate)
        {
            if (_isAssigned)
            {
                throw new InvalidOperationException($"{Name}: a position can't be restored once reading has begun");
            }

            _position = Math.Max(Unknown, reader.ReadInt64());
        }
    }

    /// <summary>The reader owns what there is to close.</summary>
    public void Dispose()
    {
        // See KafkaReader.DisposeAsync.
    }

    /// <summary>The partition is this member's from now on. Returns the offset to begin with; -1: not known.</summary>
    internal long Assign()
    {
        lock (_gate)
        {
            Empty();
            _isAssigned = true;
            return _next = _position;
        }
    }

    /// <summary>The partition is no longer this member's: what was not worked off is another's, or will be read again.</summary>
    internal void Unassign()
    {
        lock (_gate)
        {
            Empty();
            _isAssigned = false;
        }
    }

    /// <summary>Reading goes on at an offset, because of a gap or because none was known.</summary>
    internal void GoTo(long offset, long high, KafkaGap? gap)
    {
        lock (_gate)
        {
            Empty();
            (_position, _next, _high) = (offset, offset, high);
            if (gap is not null && _gaps.Count < MaxGaps)
            {
                _gaps.Add(gap);
            }
        }
    }

    /// <summary>Takes a record. One that was taken before (the client fetched it twice) is left out.</summary>
    internal void Append(long offset, ReadOnlySpan<byte> value, bool isTombstone, long arrival, long sent)
    {
        lock (_gate)
        {
            if (!_isAssigned || offset < _next)
            {
                return;
            }

            Learn(offset);
            _next = offset + 1;
            _end = Unknown;
            var chunk = Room(value.Length);
            if (isTombstone)
            {
                _tombstones++;
                chunk.EndPosition = _next;
                return;
            }

            var before = chunk.Bytes;
            chunk.Add(offset, value, arrival, sent);
            _buffered += chunk.Bytes - before;
            _records++;
        }
    }

    /// <summary>The broker has no more: the next record will have this offset or a later one.</summary>
    internal void ReachEnd(long offset)
    {
        lock (_gate)
        {
            if (_isAssigned && offset >= _next)
            {
                Learn(offset);
                (_next, _end) = (offset, offset);
            }
        }
    }

    /// <summary>What the client knows: when the leader last spoke, and the offset after the last record; null, -1: nothing.</summary>
    internal void Hear(long? leaderHeard, long high)
    {
        lock (_gate)
        {
            _leaderHeard = leaderHeard;
            _high = high >= 0 ? high : _high;
        }
    }

    /// <summary>How things stand.</summary>
    internal KafkaPartitionStatus Status()
    {
        lock (_gate)
        {
            var high = Math.Max(_high, _next);
            return new KafkaPartitionStatus(
                Name, Topic, Partition, _isAssigned, IsLive, IsPaused, _position, high, _position < 0 || high < 0 ? 0 : Math.Max(0, high - _position), _buffered, _records, _tombstones, _gaps.Count);
        }
    }

    private static int CountBelow(ReadOnlySpan<RecordSlice> records, long limit)
    {
        if (records.IsEmpty || records[^1].Position < limit)
        {
            return records.Length;
        }

        var count = 0;
        while (records[count].Position < limit)
        {
            count++;
        }

        return count;
    }

    /// <summary>A whole chunk goes over by exchange of buffers; a part of one is copied.</summary>
    private static void Give(RecordBatch batch, KafkaChunk chunk, int count)
    {
        batch.Records.AddRange(chunk.Left[..count]);
        if (chunk.IsWhole && count == chunk.Records.Count)
        {
            (batch.Buffer, chunk.Buffer) = (chunk.Buffer, batch.Buffer);
        }
        else
        {
            if (batch.Buffer.Length < chunk.Buffer.Length)
            {
                batch.Buffer = new byte[chunk.Buffer.Length];
            }

            chunk.Buffer.CopyTo(batch.Buffer, 0);
        }

        chunk.Take(count);
    }

    /// <summary>Where the group's committed offset was the beginning, the first answer tells it.</summary>
    private void Learn(long offset)
    {
        if (_position < 0)
        {
            _position = offset;
        }
    }

    private KafkaChunk Room(int length)
    {
        if (_open is null || !_open.HasRoomFor(length))
        {
            _open = _pool.TryPop(out var pooled) ? pooled : new KafkaChunk();
            _chunks.Enqueue(_open);
        }

        return _open;
    }

    private void Recycle(KafkaChunk chunk)
    {
        _open = ReferenceEquals(chunk, _open) ? null : _open;
        _buffered -= chunk.Bytes;
        chunk.Clear();
        if (_pool.Count < PooledChunks)
        {
            _pool.Push(chunk);
        }
    }

    private void Empty()
    {
        while (_chunks.TryDequeue(out var chunk))
        {
            Recycle(chunk);
        }

        (_end, _next, _leaderHeard) = (Unknown, Unknown, null);
    }
}
