using System.Runtime.InteropServices;
using SecStream.Core.Text;

namespace SecStream.Models.ActionOrder;

/// <summary>
/// Counts actions after the actions before them, for <see cref="ActionModel"/>. At most a million counts: when they are full, new ones of contexts longer than one
/// action are not taken; after 20 million actions only every eighth window is.
/// </summary>
internal sealed class ActionLearner(int order)
{
    private const int MostEntries = 1 << 20;
    private const long AllUpTo = 20_000_000;
    private const int Thinned = 8;
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly Dictionary<ulong, Context> _contexts = [];
    private readonly ulong[] _names = new ulong[order + 1];
    private long _actions;
    private long _windows;

    /// <summary>Windows that had actions.</summary>
    public long Windows => _windows;

    internal struct Entry
    {
        public ulong Context;
        public ulong Shorter;
        public int Count;
        public int Order;
    }

    internal struct Context
    {
        public int Total;
        public int Distinct;
    }

    /// <summary>Names of the contexts at a place: no action, the last one, the last two, …; returns the longest order there is.</summary>
    public static int Name(List<ulong> steps, int at, Span<ulong> names)
    {
        var most = Math.Min(at, names.Length - 1);
        names[0] = 1;
        for (var k = 1; k <= most; k++)
        {
            names[k] = StableHash.Combine(names[k - 1], steps[at - k]);
        }

        return most;
    }

    /// <summary>Name of an action in a context; 0 is none.</summary>
    public static ulong Key(ulong context, ulong action) => StableHash.Combine(context ^ 0x5851_F42D_4C95_7F2D, action) | 1;

    public void Learn(List<ulong> steps)
    {
        if (steps.Count == 0 || (_windows++ % Thinned != 0 && _actions > AllUpTo))
        {
            return;
        }

        _actions += steps.Count;
        for (var at = 0; at < steps.Count; at++)
        {
            var most = Name(steps, at, _names);
            ulong shorter = 0;
            for (var k = 0; k <= most; k++)
            {
                var key = Key(_names[k], steps[at]);
                if (!Count(key, _names[k], shorter, k))
                {
                    break;
                }

                shorter = key;
            }
        }
    }

    public ActionModel Build() => ActionModel.Of(_entries, _contexts, order);

    private bool Count(ulong key, ulong context, ulong shorter, int k)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
        var isNew = System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry);
        if (isNew)
        {
            if (_entries.Count >= MostEntries && k > 1)
            {
                return false;
            }

            _entries.Add(key, new Entry { Context = context, Shorter = shorter, Order = k, Count = 1 });
        }
        else
        {
            entry.Count++;
        }

        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(_contexts, context, out _);
        counts.Total++;
        counts.Distinct += isNew ? 1 : 0;
        return true;
    }
}
