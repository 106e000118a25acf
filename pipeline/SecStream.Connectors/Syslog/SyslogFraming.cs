using SecStream.Core.Pipeline;
using SecStream.Core.Text;

namespace SecStream.Connectors.Syslog;

/// <summary>
/// Cuts a TCP stream into syslog messages (RFC 6587), told apart frame by frame: <c>LENGTH SP MESSAGE</c> (octet-counted), or up to the next LF or NUL.
/// The result does not depend on how the stream is cut into chunks. Every byte is accounted for: what came in is in frames, skipped or pending.
/// One per connection; not thread-safe.
/// <para>
/// A number of at most seven digits and a space begin an octet-counted frame, as rsyslog takes it; but on a connection that sends lines, only
/// when <c>&lt;</c> follows, for a line may well begin with a number.
/// </para>
/// </summary>
public sealed class SyslogFraming(int maxFrameBytes)
{
    private const int MaxDigits = 7;
    private const int KeptBytes = 16 << 10;

    private readonly ByteWriter _held = new(256);
    private State _state;
    private int _count;
    private int _left;
    private bool _cut;
    private bool _sendsLines;

    private enum State
    {
        Start,
        Count,
        AfterCount,
        Line,
        Octets,
    }

    /// <summary>Bytes that came in.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Messages given out.</summary>
    public long Frames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long FrameBytes { get; private set; }

    /// <summary>Bytes in no message: lengths, line ends, the rest of messages that were cut, messages that were not complete.</summary>
    public long SkippedBytes { get; private set; }

    /// <summary>Bytes of a message whose end has not come yet.</summary>
    public int PendingBytes => _held.Length + (_state == State.AfterCount ? 1 : 0);

    /// <summary>Messages longer than the bound: given out cut.</summary>
    public long TruncatedFrames { get; private set; }

    /// <summary>Messages dropped because the connection ended before the bytes their length had promised.</summary>
    public long IncompleteFrames { get; private set; }

    /// <summary>Lines taken as messages although the connection ended before their line end.</summary>
    public long UnendedLines { get; private set; }

    /// <summary>Takes the next bytes; adds the messages that are complete with them.</summary>
    public void Feed(ReadOnlySpan<byte> chunk, JournalEntries into)
    {
        BytesIn += chunk.Length;
        while (!chunk.IsEmpty)
        {
            var used = _state switch
            {
                State.Start => Start(chunk[0]),
                State.Count => Count(chunk[0]),
                State.AfterCount => AfterCount(chunk[0]),
                State.Line => Line(chunk, into),
                _ => Octets(chunk, into),
            };
            chunk = chunk[used..];
        }
    }

    /// <summary>
    /// The connection has ended. A line without its end is taken as a message (most senders end the last one by closing); an octet-counted message
    /// that is not complete is dropped.
    /// </summary>
    public void End(JournalEntries into)
    {
        if (_state == State.Line || (_sendsLines && _state is State.Count or State.AfterCount))
        {
            if (_state == State.AfterCount)
            {
                SkippedBytes++;
            }

            var before = Frames;
            Emit(_held.Written, into);
            UnendedLines += Frames - before;
        }
        else if (_state != State.Start)
        {
            SkippedBytes += PendingBytes;
            IncompleteFrames++;
            Reset();
        }
    }

    private int Start(byte first)
    {
        if (first is 0 or (byte)'\n' or (byte)'\r')
        {
            SkippedBytes++;
            return 1;
        }

        (_state, _count) = (first is >= (byte)'1' and <= (byte)'9' ? State.Count : State.Line, 0);
        return 0;
    }

    private int Count(byte next)
    {
        if (next is >= (byte)'0' and <= (byte)'9' && _held.Length < MaxDigits)
        {
            _count = (_count * 10) + next - '0';
            _held.WriteByte(next);
            return 1;
        }

        _state = next == ' ' ? State.AfterCount : State.Line;
        return next == ' ' ? 1 : 0;
    }

    private int AfterCount(byte next)
    {
        if (_sendsLines && next != '<')
        {
            _held.WriteByte((byte)' ');
            _state = State.Line;
            return 0;
        }

        SkippedBytes += PendingBytes;
        _held.Reset();
        (_state, _left) = (State.Octets, _count);
        return 0;
    }

    private int Line(ReadOnlySpan<byte> chunk, JournalEntries into)
    {
        _sendsLines = true;
        var end = chunk.IndexOfAny((byte)'\n', (byte)0);
        Take(end < 0 ? chunk : chunk[..end], isEnd: end >= 0, into);
        SkippedBytes += end < 0 ? 0 : 1;
        return end < 0 ? chunk.Length : end + 1;
    }

    private int Octets(ReadOnlySpan<byte> chunk, JournalEntries into)
    {
        _sendsLines = false;
        var taken = Math.Min(_left, chunk.Length);
        _left -= taken;
        Take(chunk[..taken], isEnd: _left == 0, into);
        return taken;
    }

    /// <summary>More of the message; a message that is all in one chunk is never copied here.</summary>
    private void Take(ReadOnlySpan<byte> part, bool isEnd, JournalEntries into)
    {
        var room = maxFrameBytes - _held.Length;
        if (part.Length > room)
        {
            SkippedBytes += part.Length - room;
            part = part[..room];
            TruncatedFrames += _cut ? 0 : 1;
            _cut = true;
        }

        if (!isEnd)
        {
            _held.Write(part);
        }
        else if (_held.Length == 0)
        {
            Emit(part, into);
        }
        else
        {
            _held.Write(part);
            Emit(_held.Written, into);
        }
    }

    private void Emit(ReadOnlySpan<byte> message, JournalEntries into)
    {
        var trimmed = message.TrimEnd("\r\n\0"u8);
        SkippedBytes += message.Length - trimmed.Length;
        if (!trimmed.IsEmpty)
        {
            into.Add(trimmed);
            Frames++;
            FrameBytes += trimmed.Length;
        }

        Reset();
    }

    private void Reset()
    {
        _held.Reset(KeptBytes);
        (_state, _left, _cut) = (State.Start, 0, false);
    }
}
