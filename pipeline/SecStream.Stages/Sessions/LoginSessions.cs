using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;
using SecStream.Core.Text;

namespace SecStream.Stages.Sessions;

/// <summary>
/// Login attempts of one shard: rows of (host, process id) sessions in, rows of attempts out. A failed attempt counts once, whichever of its
/// lines a host logs: in order, a line counts as far as the lines of its kind outnumber the attempts counted so far. Which lines count is a
/// function of the session's lines; a line that comes late gives corrections of the rows sent before.
/// A session ends when no line comes for an hour (process ids are used again). Owned by one lane at a time; not thread-safe.
/// </summary>
public sealed class LoginSessions(long horizon, ulong seed, RowPool? pool = null, long maxBytes = LoginSessions.DefaultMaxBytes)
{
    /// <summary>A session without a line for this long is over (µs). OpenSSH itself ends a login after its grace time of minutes.</summary>
    public const long IdleEnd = EventClock.Hour;

    /// <summary>Lines a shard holds for corrections, in bytes of their rows. Default 4 MiB (256 MiB over 64 shards).</summary>
    public const long DefaultMaxBytes = 4L << 20;

    private const int HeaderPart = 0;

    private readonly RowPool _pool = pool ?? new RowPool();
    private readonly Dictionary<SessionKey, LoginSession> _sessions = new(new KeyComparer(seed));
    private readonly List<LoginSession> _active = [];
    private readonly Stack<LoginSession> _free = new();
    private readonly List<byte[]> _gone = [];
    private long _clock = long.MinValue;
    private long _lastSweep = long.MinValue;
    private long _fold = long.MinValue;

    /// <summary>Sessions held.</summary>
    public int Count => _sessions.Count;

    /// <summary>Bytes of the rows held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Times the bound was hit: later lines than usual could not be corrected any more.</summary>
    public long Shortened { get; private set; }

    /// <summary>Rows older than anything that is still kept.</summary>
    public long Unevaluated { get; private set; }

    /// <summary>Takes a session row.</summary>
    public void Accept(in Row row)
    {
        if (row.Header.Time < _fold)
        {
            Unevaluated++;
            return;
        }

        var session = SessionOf(row.Key);
        if (!session.Insert(row))
        {
            return;
        }

        Bytes += row.Bytes.Length;
        session.IsChanged = true;
        if (!session.IsActive)
        {
            session.IsActive = true;
            _active.Add(session);
        }
    }

    /// <summary>Evaluates up to the clock; rows of attempts (and corrections) go to the buffer of their shard.</summary>
    public void Advance(long clock, RowBuffer[] buffers)
    {
        if (clock <= _clock)
        {
            return;
        }

        _clock = clock;
        var kept = 0;
        for (var i = 0; i < _active.Count; i++)
        {
            var session = _active[i];
            session.IsActive = session.Evaluate(clock, buffers);
            session.IsChanged = true;
            if (session.IsActive)
            {
                _active[kept++] = session;
            }
        }

        _active.RemoveRange(kept, _active.Count - kept);
        if (clock == long.MaxValue || _lastSweep == long.MinValue || clock - _lastSweep >= 5 * EventClock.Minute)
        {
            Sweep(clock, horizon);
        }

        // Under a flood the time in which a late line can still correct a session shrinks; attempts are counted all the same.
        for (var reach = horizon / 2; Bytes > maxBytes && reach > EventClock.Second; reach /= 2)
        {
            Shortened++;
            Sweep(clock, reach);
        }
    }

    /// <summary>Writes what is asked for of shard <paramref name="shard"/>.</summary>
    public void Save(int shard, IStateWriter writer, StateExtent extent)
    {
        var header = writer.Put(new StatePlace(StateSection.Shard, shard, HeaderPart), []);
        header.Write(_clock);
        header.Write(_lastSweep);
        header.Write(_fold);
        header.Write(Unevaluated);
        if (extent == StateExtent.Changes)
        {
            _gone.ForEach(key => writer.Delete(new StatePlace(StateSection.Session, shard), key));
        }

        foreach (var (key, session) in _sessions)
        {
            if (extent != StateExtent.Changes || session.IsChanged)
            {
                session.Save(writer.Put(new StatePlace(StateSection.Session, shard), key.Bytes));
                session.IsChanged &= extent == StateExtent.Copy;
                session.IsPersisted |= extent != StateExtent.Copy;
            }
        }

        if (extent != StateExtent.Copy)
        {
            _gone.Clear();
        }
    }

    /// <summary>Reads an entry of the state, into an instance that was empty before the first.</summary>
    public void Restore(StateReader entry)
    {
        var reader = entry.OpenValue();
        if (entry.Place.Section == StateSection.Shard)
        {
            _clock = reader.ReadInt64();
            _lastSweep = reader.ReadInt64();
            _fold = reader.ReadInt64();
            Unevaluated = reader.ReadInt64();
            return;
        }

        var session = SessionOf(entry.Key);
        Bytes += session.Restore(reader);
        session.IsPersisted = true;
        if (session.HasUnevaluated)
        {
            session.IsActive = true;
            _active.Add(session);
        }
    }

    private LoginSession SessionOf(ReadOnlySpan<byte> key)
    {
        var lookup = _sessions.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(key, out var session))
        {
            session = _free.TryPop(out var reused) ? reused : new LoginSession(_pool);
            _sessions.Add(new SessionKey(key.ToArray()), session);
        }

        return session;
    }

    private void Sweep(long clock, long reach)
    {
        _lastSweep = clock;
        _fold = clock == long.MaxValue ? long.MaxValue : Math.Max(_fold, clock - reach);
        foreach (var (key, session) in _sessions)
        {
            var folded = session.Fold(_fold, out var isOver);
            Bytes -= folded;
            session.IsChanged |= folded > 0;
            if (isOver && !session.IsActive)
            {
                if (session.IsPersisted)
                {
                    _gone.Add(key.Bytes);
                }

                _sessions.Remove(key);
                session.Clear();
                if (_free.Count < 4096)
                {
                    _free.Push(session);
                }
            }
        }
    }

    private sealed record SessionKey(byte[] Bytes);

    private sealed class KeyComparer(ulong seed) : IEqualityComparer<SessionKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, SessionKey>
    {
        public SessionKey Create(ReadOnlySpan<byte> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<byte> alternate, SessionKey other) => alternate.SequenceEqual(other.Bytes);

        public bool Equals(SessionKey? x, SessionKey? y) => x is not null && y is not null && x.Bytes.AsSpan().SequenceEqual(y.Bytes);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)StableHash.Compute(alternate, seed);

        public int GetHashCode(SessionKey obj) => GetHashCode(obj.Bytes);
    }
}
