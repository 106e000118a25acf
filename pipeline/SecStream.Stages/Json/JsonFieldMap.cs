using System.Numerics;
using System.Text;
using SecStream.Core.Fields;

namespace SecStream.Stages.Json;

/// <summary>
/// Which dotted path of a JSON document goes to which field: a trie over path segments. A key may itself be dotted
/// (<c>"source.ip"</c>, or <c>"geo.city_name"</c> within <c>"source"</c>), so one table leads from every node to all nodes below it, keyed by the
/// whole rest of the path; looking a key up is one probe. Immutable and thread-safe.
/// </summary>
public sealed class JsonFieldMap
{
    /// <summary>Node of the document itself.</summary>
    internal const int Root = 0;

    /// <summary>No node: nobody asked for this path or for anything below it.</summary>
    internal const int Unmapped = -1;

    private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly List<int> _fields = [-1];
    private readonly List<bool> _inner = [true];
    private readonly Edge[] _edges;
    private readonly int[] _fieldOf;
    private readonly bool[] _hasChildren;

    private readonly record struct Edge(byte[]? Key, uint Hash, int Parent, int Child);

    /// <summary>Every name of the catalog is mapped to itself: ECS JSON. Names interned later are not seen; make a new map.</summary>
    public JsonFieldMap(FieldCatalog catalog)
        : this(catalog.Names.Select((name, id) => KeyValuePair.Create(name, id)))
    {
    }

    /// <summary>Maps dotted paths to field ids. Several paths may lead to one field: the one last in the document wins.</summary>
    /// <exception cref="ArgumentException">A path is empty or mapped twice, or an id is negative.</exception>
    public JsonFieldMap(IEnumerable<KeyValuePair<string, int>> fields)
    {
        foreach (var (path, field) in fields)
        {
            ArgumentException.ThrowIfNullOrEmpty(path, nameof(fields));
            ArgumentOutOfRangeException.ThrowIfNegative(field, nameof(fields));
            Add(path, field);
        }

        _fieldOf = [.. _fields];
        _hasChildren = [.. _inner];
        FieldCount = _fieldOf.Max() + 1;
        _edges = BuildEdges();
        MaxKeyBytes = _edges.Max(edge => edge.Key?.Length ?? 0);
    }

    /// <summary>One more than the largest field id: what a record's field count must reach.</summary>
    public int FieldCount { get; }

    /// <summary>Length of the longest path in UTF-8: no longer key leads anywhere.</summary>
    internal int MaxKeyBytes { get; }

    /// <summary>The field of a dotted path, −1 when it has none.</summary>
    public int Find(string path) => _nodes.TryGetValue(path, out var node) ? _fieldOf[node] : -1;

    /// <summary>The field of a node, −1 for one that is only on the way to others, and for <see cref="Unmapped"/>.</summary>
    internal int FieldOf(int node) => node < 0 ? -1 : _fieldOf[node];

    /// <summary>Whether an object at this node is to be entered.</summary>
    internal bool HasChildren(int node) => node >= 0 && _hasChildren[node];

    /// <summary>The node that a key leads to within a node's object, or <see cref="Unmapped"/>.</summary>
    internal int Child(int node, ReadOnlySpan<byte> key)
    {
        var hash = Hash(node, key);
        var mask = _edges.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref readonly var edge = ref _edges[i];
            if (edge.Key == null)
            {
                return Unmapped;
            }

            if (edge.Hash == hash && edge.Parent == node && key.SequenceEqual(edge.Key))
            {
                return edge.Child;
            }
        }
    }

    private void Add(string path, int field)
    {
        for (var dot = path.IndexOf('.', 0); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            _inner[Node(path[..dot])] = true;
        }

        var node = Node(path);
        if (_fields[node] >= 0)
        {
            throw new ArgumentException($"The path '{path}' is mapped twice.", nameof(path));
        }

        _fields[node] = field;
    }

    private int Node(string path)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            node = _fields.Count;
            _nodes.Add(path, node);
            _fields.Add(-1);
            _inner.Add(false);
        }

        return node;
    }

    private Edge[] BuildEdges()
    {
        var all = new List<Edge>();
        foreach (var (path, child) in _nodes)
        {
            AddEdge(all, Root, path, child);
            for (var dot = path.IndexOf('.', 0); dot >= 0; dot = path.IndexOf('.', dot + 1))
            {
                AddEdge(all, _nodes[path[..dot]], path[(dot + 1)..], child);
            }
        }

        // At most a quarter full: the end of a probe sequence is always near, also for keys nobody asked for.
        var table = new Edge[BitOperations.RoundUpToPowerOf2((uint)Math.Max(all.Count * 4, 16))];
        foreach (var edge in all)
        {
            var i = (int)edge.Hash & (table.Length - 1);
            while (table[i].Key != null)
            {
                i = (i + 1) & (table.Length - 1);
            }

            table[i] = edge;
        }

        return table;
    }

    private static void AddEdge(List<Edge> edges, int parent, string key, int child)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        edges.Add(new Edge(bytes, Hash(parent, bytes), parent, child));
    }

    // Only the map's own keys are in the table, so foreign keys can make a probe sequence no longer than the table was built with. The
    // length and the last 16 bytes tell names apart well enough; a long foreign key costs no more than a short one.
    private static uint Hash(int node, ReadOnlySpan<byte> key)
    {
        var hash = ((uint)node * 0x9E3779B1) ^ ((uint)key.Length * 0x85EBCA77);
        foreach (var b in key.Length > 16 ? key[^16..] : key)
        {
            hash = (hash ^ b) * 0x01000193;
        }

        return hash ^ (hash >> 15);
    }
}
