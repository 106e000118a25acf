using SecStream.Core.Events;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// Folded texts of the current event, made when first asked for and kept until the next event. The buffer grows with the largest event and
/// is then reused. Not thread-safe: one per worker.
/// </summary>
internal sealed class FoldedTexts(int fieldCount)
{
    private readonly long[] _stamps = new long[fieldCount + 1];
    private readonly (int Start, int Length)[] _slices = new (int, int)[fieldCount + 1];
    private readonly int _rawSlot = fieldCount;
    private byte[] _buffer = new byte[4096];
    private int _used;
    private long _event = 1;

    /// <summary>Forgets the last event.</summary>
    public void Reset()
    {
        _event++;
        _used = 0;
    }

    /// <summary>Where the buffer ends now; <see cref="Release"/> goes back to it.</summary>
    public int Mark => _used;

    /// <summary>Gives back what was taken since a mark. Only for texts that are not kept.</summary>
    public void Release(int mark) => _used = mark;

    /// <summary>The folded text of a single-valued field.</summary>
    public ReadOnlySpan<byte> Field(EventRecord record, int field) => Kept(field, record.Text(field));

    /// <summary>The folded raw line.</summary>
    public ReadOnlySpan<byte> Raw(EventRecord record) => Kept(_rawSlot, record.Raw);

    /// <summary>The folded form of any text.</summary>
    public ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> text)
    {
        var target = Take(TextFold.MaxLength(text.Length));
        var length = TextFold.Fold(text, target);
        _used -= target.Length - length;
        return target[..length];
    }

    /// <summary>Room for a text.</summary>
    public Span<byte> Take(int length)
    {
        if (_used + length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + length));
        }

        _used += length;
        return _buffer.AsSpan(_used - length, length);
    }

    private ReadOnlySpan<byte> Kept(int slot, ReadOnlySpan<byte> text)
    {
        if (_stamps[slot] != _event)
        {
            var start = _used;
            var length = Fold(text).Length;
            _slices[slot] = (start, length);
            _stamps[slot] = _event;
        }

        var (at, count) = _slices[slot];
        return _buffer.AsSpan(at, count);
    }
}
