using System.Collections.Concurrent;
using System.Globalization;
using SecStream.Connectors.Features;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Up to where each feature file is in the cluster, kept in a file of lines <c>name offset last check</c>. Without it everything is sent again, which does no harm. Thread-safe,
/// with one writer.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class ShippedPlaces(string path)
{
    private readonly ConcurrentDictionary<string, FeaturePlace> _places = new(Read(path), StringComparer.Ordinal);

    /// <summary>The place in a file; the beginning when it is not known.</summary>
    public FeaturePlace this[string name] => _places.GetValueOrDefault(name);

    /// <summary>Notes a place.</summary>
    public void Set(string name, FeaturePlace place) => _places[name] = place;

    /// <summary>Forgets files that are gone.</summary>
    public void Keep(IReadOnlySet<string> names)
    {
        foreach (var name in _places.Keys.Where(name => !names.Contains(name)))
        {
            _places.TryRemove(name, out _);
        }
    }

    /// <summary>Keeps all places.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Save()
    {
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, _places.OrderBy(place => place.Key, StringComparer.Ordinal)
            .Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.Key} {place.Value.Offset} {place.Value.Last} {place.Value.Check:x8}")));
        File.Move(temporary, path, overwrite: true);
    }

    private static IEnumerable<KeyValuePair<string, FeaturePlace>> Read(string path)
    {
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            // A line that can't be read is a place that is not known.
            if (line.Split(' ') is [var name, var offset, var last, var check]
                && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var before)
                && uint.TryParse(check, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum))
            {
                yield return new(name, new FeaturePlace(at, before, sum));
            }
        }
    }
}
