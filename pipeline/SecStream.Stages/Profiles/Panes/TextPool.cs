using System.Text;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>Texts of category values, each held once and counted by those who refer to it. Not thread-safe.</summary>
internal sealed class TextPool(HeldBytes held)
{
    private readonly Dictionary<ulong, int> _places = [];
    private readonly Stack<int> _free = new();
    private Entry[] _entries = new Entry[16];
    private int _count;

    /// <summary>Place of the text of a value, referred to once more.</summary>
    public int Keep(ulong hash, ReadOnlySpan<byte> text)
    {
        if (_places.TryGetValue(hash, out var at))
        {
            _entries[at].References++;
            return at;
        }

        if (!_free.TryPop(out at))
        {
            at = _count++;
            if (at == _entries.Length)
            {
                Array.Resize(ref _entries, _entries.Length * 2);
            }
        }

        _entries[at] = new Entry { Hash = hash, Text = Encoding.UTF8.GetString(text), References = 1 };
        _places.Add(hash, at);
        held.Sum += Bytes(_entries[at].Text);
        return at;
    }

    /// <summary>One more refers to a text.</summary>
    public void Refer(int at) => _entries[at].References++;

    /// <summary>One less does.</summary>
    public void Release(int at)
    {
        ref var entry = ref _entries[at];
        if (--entry.References == 0)
        {
            held.Sum -= Bytes(entry.Text);
            _places.Remove(entry.Hash);
            entry = default;
            _free.Push(at);
        }
    }

    /// <summary>The text.</summary>
    public string this[int at] => _entries[at].Text;

    private static long Bytes(string text) => 80 + (text.Length * 2);

    private struct Entry
    {
        public ulong Hash;
        public string Text;
        public int References;
    }
}
