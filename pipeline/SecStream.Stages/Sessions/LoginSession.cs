using SecStream.Core.Events;
using SecStream.Core.Observations;

namespace SecStream.Stages.Sessions;

/// <summary>
/// The failed-login lines of one (host, process id), in order of events, and how many attempts each was counted as. Lines that nothing late can
/// precede any more are folded into the counters.
/// </summary>
internal sealed class LoginSession(RowPool pool)
{
    private readonly List<Line> _lines = [];
    private Counters _folded;
    private Counters _head;
    private int _evaluated;
    private bool _dirty;

    /// <summary>Waits in the list of sessions to evaluate.</summary>
    public bool IsActive { get; set; }

    /// <summary>Changed since it was saved.</summary>
    public bool IsChanged { get; set; }

    /// <summary>A snapshot has it.</summary>
    public bool IsPersisted { get; set; }

    /// <summary>Some line has not been evaluated.</summary>
    public bool HasUnevaluated => _dirty || _evaluated < _lines.Count;

    /// <summary>Puts a line in its place; false when it was there already.</summary>
    public bool Insert(in Row row)
    {
        ref readonly var header = ref row.Header;
        var at = _lines.Count;
        while (at > 0 && _lines[at - 1].IsAfter(header))
        {
            at--;
        }

        for (var i = at - 1; i >= 0 && _lines[i].Time == header.Time; i--)
        {
            if (_lines[i].IdHigh == header.IdHigh && _lines[i].IdLow == header.IdLow)
            {
                return false;
            }
        }

        _lines.Insert(at, new Line(header.Time, header.Source, header.Position, header.IdHigh, header.IdLow, header.Count, header.LoginLine, pool.Keep(row.Bytes)));
        if (at < _evaluated)
        {
            _evaluated++;
            _dirty = true;
        }

        return true;
    }

    /// <summary>Counts attempts up to the clock and sends their rows; false when nothing is left to evaluate.</summary>
    public bool Evaluate(long clock, RowBuffer[] buffers)
    {
        if (_dirty)
        {
            _dirty = false;
            _head = _folded;
            for (var i = 0; i < _evaluated; i++)
            {
                Count(i, buffers);
            }
        }

        while (_evaluated < _lines.Count && _lines[_evaluated].Time < clock)
        {
            Count(_evaluated++, buffers);
        }

        return _evaluated < _lines.Count;
    }

    /// <summary>Folds lines before <paramref name="fold"/>; returns the bytes let go, and whether the session is over and nothing is left.</summary>
    public long Fold(long fold, out bool isOver)
    {
        var bytes = 0L;
        var folded = 0;
        while (folded < _evaluated && _lines[folded].Time < fold)
        {
            var line = _lines[folded++];
            bytes += new Row(line.Row).Bytes.Length;
            _folded.Take(line.Time, line.Kind, line.Count);
        }

        ReleaseRows(folded);
        _lines.RemoveRange(0, folded);
        _evaluated -= folded;
        isOver = _lines.Count == 0 && !(_folded.IsSet && fold != long.MaxValue && fold < _folded.Last + LoginSessions.IdleEnd);
        return bytes;
    }

    /// <summary>Makes it ready for another session.</summary>
    public void Clear()
    {
        ReleaseRows(_lines.Count);
        _lines.Clear();
        _folded = _head = default;
        _evaluated = 0;
        _dirty = false;
        IsActive = IsChanged = IsPersisted = false;
    }

    public void Save(BinaryWriter writer)
    {
        _folded.Save(writer);
        _head.Save(writer);
        writer.Write(_evaluated);
        writer.Write(_dirty);
        writer.Write(_lines.Count);
        foreach (var line in _lines)
        {
            writer.Write(line.Attempts);
            var bytes = new Row(line.Row).Bytes;
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    /// <summary>Reads the state; returns the bytes of the rows.</summary>
    public long Restore(BinaryReader reader)
    {
        var bytes = 0L;
        _folded = Counters.Load(reader);
        _head = Counters.Load(reader);
        var evaluated = reader.ReadInt32();
        var dirty = reader.ReadBoolean();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var attempts = reader.ReadInt32();
            var row = reader.ReadBytes(reader.ReadInt32());
            bytes += row.Length;
            Insert(new Row(row));
            var last = _lines[^1];
            last.Attempts = attempts;
            _lines[^1] = last;
        }

        _evaluated = evaluated;
        _dirty = dirty;
        return bytes;
    }

    private void ReleaseRows(int count)
    {
        for (var i = 0; i < count; i++)
        {
            pool.Return(_lines[i].Row);
        }
    }

    private void Count(int index, RowBuffer[] buffers)
    {
        var line = _lines[index];
        var attempts = _head.Take(line.Time, line.Kind, line.Count);
        if (attempts == line.Attempts)
        {
            return;
        }

        var followers = new Row(line.Row).Followers;
        while (!followers.IsEmpty)
        {
            var row = new Row(followers);
            var buffer = buffers[row.Header.Shard];
            var start = buffer.Length;
            buffer.Append(row.Bytes);
            buffer.HeaderAt(start).Count = attempts;
            buffer.HeaderAt(start).IsCorrection = line.Attempts == Line.NotCounted ? (byte)0 : (byte)1;
            followers = followers[row.Bytes.Length..];
        }

        line.Attempts = attempts;
        _lines[index] = line;
    }

    /// <summary>Lines of each kind and attempts so far.</summary>
    private struct Counters
    {
        public long Last;
        public long FailedLines;
        public long InvalidUserLines;
        public long PamLines;
        public long StackedPamLines;
        public long Attempts;
        public bool IsSet;

        /// <summary>Takes a line and says how many attempts it counts as.</summary>
        public int Take(long time, LoginLine kind, int count)
        {
            if (IsSet && time >= Last + LoginSessions.IdleEnd)
            {
                this = default;
            }

            IsSet = true;
            Last = time;
            ref var lines = ref FailedLines;
            if (kind == LoginLine.InvalidUser)
            {
                lines = ref InvalidUserLines;
            }
            else if (kind == LoginLine.Pam)
            {
                lines = ref PamLines;
            }
            else if (kind == LoginLine.PamStacked)
            {
                lines = ref StackedPamLines;
            }

            lines += count;
            var attempts = (int)Math.Max(0, lines - Attempts);
            Attempts += attempts;
            return attempts;
        }

        public readonly void Save(BinaryWriter writer)
        {
            writer.Write(Last);
            writer.Write(FailedLines);
            writer.Write(InvalidUserLines);
            writer.Write(PamLines);
            writer.Write(StackedPamLines);
            writer.Write(Attempts);
            writer.Write(IsSet);
        }

        public static Counters Load(BinaryReader reader) => new()
        {
            Last = reader.ReadInt64(),
            FailedLines = reader.ReadInt64(),
            InvalidUserLines = reader.ReadInt64(),
            PamLines = reader.ReadInt64(),
            StackedPamLines = reader.ReadInt64(),
            Attempts = reader.ReadInt64(),
            IsSet = reader.ReadBoolean(),
        };
    }

    private record struct Line(long Time, ulong Source, long Position, ulong IdHigh, ulong IdLow, int Count, LoginLine Kind, byte[] Row)
    {
        /// <summary>Not counted yet; a line that counts as no attempt sends nothing either.</summary>
        public const int NotCounted = 0;

        /// <summary>Attempts it was counted as last.</summary>
        public int Attempts { get; set; }

        public readonly bool IsAfter(in RowHeader header) =>
            Time != header.Time ? Time > header.Time : Source != header.Source ? Source > header.Source : Position != header.Position ? Position > header.Position : IdLow > header.IdLow;
    }
}
