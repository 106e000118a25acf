using System.Diagnostics.CodeAnalysis;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>A value that was read, and where it stands.</summary>
internal sealed record ConfigurationValue(object Value, YamlNode Node, string Key);

/// <summary>The keys of a section that were there and could be used.</summary>
internal sealed class ConfigurationSection(YamlNode? node, string key)
{
    private readonly Dictionary<string, ConfigurationValue> _values = new(StringComparer.Ordinal);

    /// <summary>Where it stands; null: nowhere.</summary>
    public YamlNode? Node => node;

    /// <summary>Path of its key.</summary>
    public string Key => key;

    /// <summary>All values.</summary>
    public IReadOnlyDictionary<string, ConfigurationValue> Values => _values;

    /// <summary>Adds a value.</summary>
    public void Add(string name, ConfigurationValue value) => _values.Add(name, value);

    /// <summary>Whether a key is there, and its value.</summary>
    public bool Has(string name, [NotNullWhen(true)] out ConfigurationValue? value) => _values.TryGetValue(name, out value);

    /// <summary>The value of a key, or a default.</summary>
    public T Get<T>(string name, T otherwise) => _values.TryGetValue(name, out var value) ? (T)value.Value : otherwise;

    /// <summary>A section; an empty one when it is not there.</summary>
    public ConfigurationSection Section(string name) => Get(name, new ConfigurationSection(null, name));

    /// <summary>The values of a list; null when it is not there.</summary>
    public IReadOnlyList<ConfigurationValue>? List(string name) => Get<List<ConfigurationValue>?>(name, null);

    /// <summary>The values of a list of one kind; those given when it is not there.</summary>
    public IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> otherwise) => List(name) is { } values ? [.. values.Select(v => (T)v.Value)] : otherwise;

    /// <summary>The values of a map; empty when it is not there.</summary>
    public IReadOnlyDictionary<string, ConfigurationValue> Map(string name) => Get(name, new Dictionary<string, ConfigurationValue>());
}
