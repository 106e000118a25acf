using System.Numerics;

namespace SecStream.Stages.Enrichment.Intel;

/// <summary>
/// Networks for longest-prefix search. Networks nest or are disjoint, so they cut the address space into segments, each belonging to its
/// most specific network; that network knows the next wider one, which counts when the narrow one has expired:
/// <code>
/// 10.0.0.0/8           |-------------------- A --------------------|
/// 10.1.0.0/16                    |----- B (parent A) -----|
/// segment starts    …  A         B                        A        none
/// </code>
/// A lookup is a binary search (within the segments of the address's first 16 bits) and at most 128 steps up. Immutable, thread-safe.
/// </summary>
internal sealed class NetworkTable<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>, IUnsignedNumber<T>
{
    private const int TopBits = 16;

    private readonly T[] _starts;
    private readonly int[] _owners;
    private readonly int[] _top;
    private readonly int[] _parents;
    private readonly IntelEntry[] _entries;
    private readonly int _shift;

    /// <summary>Builds the table; the entries are networks of one address family and have no duplicates.</summary>
    public NetworkTable(IEnumerable<IntelEntry> networks)
    {
        _shift = typeof(T) == typeof(uint) ? 32 - TopBits : 128 - TopBits;
        _entries = [.. networks.OrderBy(e => e.First).ThenBy(e => e.PrefixLength)];
        _parents = new int[_entries.Length];
        var starts = new List<T>();
        var owners = new List<int>();
        var open = new Stack<int>();
        for (var i = 0; i < _entries.Length; i++)
        {
            Close(open, starts, owners, _entries[i].First);
            _parents[i] = open.Count > 0 ? open.Peek() : -1;
            open.Push(i);
            Mark(starts, owners, T.CreateTruncating(_entries[i].First), i);
        }

        Close(open, starts, owners, null);
        _starts = [.. starts];
        _owners = [.. owners];
        _top = MakeTop();
    }

    /// <summary>The most specific network that holds the address and counts at that event time, or null.</summary>
    public IntelEntry? Find(T address, long eventTime)
    {
        if (_starts.Length == 0)
        {
            return null;
        }

        var high = int.CreateTruncating(address >> _shift);
        var from = _top[high];
        var to = _top[high + 1];
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (_starts[middle] <= address)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        for (var owner = from == 0 ? -1 : _owners[from - 1]; owner >= 0; owner = _parents[owner])
        {
            if (_entries[owner].IsActiveAt(eventTime))
            {
                return _entries[owner];
            }
        }

        return null;
    }

    /// <summary>Ends the open networks that lie before an address (all of them for null); what is around them goes on behind.</summary>
    private void Close(Stack<int> open, List<T> starts, List<int> owners, UInt128? before)
    {
        while (open.Count > 0 && (before is null || _entries[open.Peek()].Last < before))
        {
            var last = T.CreateTruncating(_entries[open.Pop()].Last);
            if (last < T.MaxValue)
            {
                Mark(starts, owners, last + T.One, open.Count > 0 ? open.Peek() : -1);
            }
        }
    }

    private static void Mark(List<T> starts, List<int> owners, T start, int owner)
    {
        if (starts.Count > 0 && starts[^1] == start)
        {
            owners[^1] = owner;
            return;
        }

        starts.Add(start);
        owners.Add(owner);
    }

    /// <summary>For every value of the first 16 bits the number of segments that start before it.</summary>
    private int[] MakeTop()
    {
        if (_starts.Length == 0)
        {
            return [];
        }

        var top = new int[(1 << TopBits) + 1];
        var segment = 0;
        for (var high = 0; high < top.Length; high++)
        {
            while (segment < _starts.Length && int.CreateTruncating(_starts[segment] >> _shift) < high)
            {
                segment++;
            }

            top[high] = segment;
        }

        return top;
    }
}
