namespace SecStream.Core.Pipeline.State;

/// <summary>Several readers as one: of a key, the word of the newest reader counts; keys that are gone do not appear.</summary>
public sealed class MergedStateReader : StateReader
{
    private readonly StateReader[] _readers;
    private readonly PriorityQueue<int, int> _queue;
    private int _current = -1;

    /// <summary>Merges readers, the oldest first. They are disposed with it.</summary>
    public MergedStateReader(IEnumerable<StateReader> readers)
    {
        _readers = [.. readers];
        _queue = new PriorityQueue<int, int>(Comparer<int>.Create(Compare));
        for (var i = 0; i < _readers.Length; i++)
        {
            Advance(i);
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FullKey => _readers[_current].FullKey;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Value => _readers[_current].Value;

    /// <inheritdoc/>
    public override bool IsDeleted => false;

    /// <inheritdoc/>
    public override bool Read()
    {
        do
        {
            if (_current >= 0)
            {
                Advance(_current);
                _current = -1;
            }

            if (!_queue.TryDequeue(out var newest, out _))
            {
                return false;
            }

            while (_queue.TryPeek(out var older, out _) && _readers[older].FullKey.SequenceEqual(_readers[newest].FullKey))
            {
                _queue.Dequeue();
                Advance(older);
            }

            _current = newest;
        }
        while (_readers[_current].IsDeleted);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Array.ForEach(_readers, reader => reader.Dispose());
    }

    private void Advance(int reader)
    {
        if (_readers[reader].Read())
        {
            _queue.Enqueue(reader, reader);
        }
    }

    /// <summary>By key, the newest reader first among equals. A reader in the queue does not move.</summary>
    private int Compare(int a, int b)
    {
        var order = _readers[a].FullKey.SequenceCompareTo(_readers[b].FullKey);
        return order != 0 ? order : b.CompareTo(a);
    }
}
