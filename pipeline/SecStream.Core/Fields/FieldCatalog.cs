using System.Collections.Frozen;

namespace SecStream.Core.Fields;

/// <summary>
/// Gives every field name the engine cares about a small number. The well-known ECS names (<see cref="Ecs"/>) have fixed numbers; rules add
/// the names they use. Built at start, then only read: lookups are thread-safe once building has ended. When the rules change while the
/// pipeline runs, a <see cref="Copy"/> is built on.
/// </summary>
public sealed class FieldCatalog
{
    private readonly List<string> _names;
    private readonly Dictionary<string, int> _ids;

    /// <summary>A catalog of the well-known fields.</summary>
    public FieldCatalog()
        : this(Ecs.Names)
    {
    }

    private FieldCatalog(IEnumerable<string> names)
    {
        _names = [.. names];
        _ids = _names.Select((name, id) => (name, id)).ToDictionary(p => p.name, p => p.id, StringComparer.Ordinal);
    }

    /// <summary>Number of fields; ids are 0 … Count − 1.</summary>
    public int Count => _names.Count;

    /// <summary>The id of a name, adding it when it is new.</summary>
    public int Intern(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_ids.TryGetValue(name, out var id))
        {
            return id;
        }

        _names.Add(name);
        _ids.Add(name, _names.Count - 1);
        return _names.Count - 1;
    }

    /// <summary>The id of a name, or −1 when nobody asked for it.</summary>
    public int Find(string name) => _ids.TryGetValue(name, out var id) ? id : -1;

    /// <summary>The dotted name of an id.</summary>
    public string Name(int id) => _names[id];

    /// <summary>A catalog of its own that gives every field the id it has here.</summary>
    public FieldCatalog Copy() => new(_names);

    /// <summary>All names in order of their ids.</summary>
    public IReadOnlyList<string> Names => _names;
}
