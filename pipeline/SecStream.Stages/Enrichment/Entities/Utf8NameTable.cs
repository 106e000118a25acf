using System.Text;

namespace SecStream.Stages.Enrichment.Entities;

/// <summary>
/// Finds values by UTF-8 names without making strings. ASCII letters compare without case (account and host names do); other letters as they
/// are written. Open addressing, at most half full. Immutable, thread-safe; a lookup is linear in the name and allocates nothing.
/// </summary>
internal sealed class Utf8NameTable<T>
    where T : class
{
    private const int MaxNameBytes = 512;

    private readonly (byte[] Name, T Value)?[] _slots;

    /// <summary>Builds the table; of equal names the first counts.</summary>
    public Utf8NameTable(IEnumerable<(string Name, T Value)> entries)
    {
        var list = entries.ToList();
        _slots = new (byte[], T)?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, list.Count * 2))];
        foreach (var (name, value) in list)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var at = SlotOf(bytes);
            if (_slots[at] is null)
            {
                _slots[at] = (bytes, value);
            }
        }
    }

    /// <summary>The value of a name, or null.</summary>
    public T? Find(ReadOnlySpan<byte> name) => name.Length is > 0 and <= MaxNameBytes ? _slots[SlotOf(name)]?.Value : null;

    /// <summary>The slot that holds the name, or the empty one where it would go.</summary>
    private int SlotOf(ReadOnlySpan<byte> name)
    {
        var mask = _slots.Length - 1;
        var at = (int)Hash(name) & mask;
        while (_slots[at] is { } slot && !AreEqual(slot.Name, name))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    // FNV-1a with letters folded to lower case. The keys come from the operator's file: a log can't make them collide.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2_166_136_261u;
        foreach (var b in name)
        {
            hash = (hash ^ Fold(b)) * 16_777_619u;
        }

        return hash ^ (hash >> 15);
    }

    private static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte Fold(byte b) => (uint)(b - 'A') <= 'Z' - 'A' ? (byte)(b | 0x20) : b;
}
