using System.Globalization;
using System.Text;
using SecStream.Connectors.Segments;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Up to which stored letter the brokers have acknowledged all: a file of places, the newest last. Older ones are kept because a restart cuts the store
/// back to its last snapshot: then the newest place whose content is still the same is where to go on. Not thread-safe.
/// </summary>
internal sealed class DeadLetterCursor
{
    private const int NewestKept = 16;
    private const int MostKept = 128;
    private const long Apart = 256 << 10;
    private readonly string _path;
    private readonly List<DeadLetterPlace> _places = [];

    /// <summary>Reads the file. One that is damaged counts as none: letters come twice, under the same ids.</summary>
    public DeadLetterCursor(string path)
    {
        _path = path;
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (Read(line) is { } place)
            {
                _places.Add(place);
            }
        }
    }

    /// <summary>The places, the newest last.</summary>
    public IReadOnlyList<DeadLetterPlace> Places => _places;

    /// <summary>Forgets the places behind one that still holds.</summary>
    public void CutBack(int count) => _places.RemoveRange(count, _places.Count - count);

    /// <summary>Notes a place; durable when it returns.</summary>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    public void Note(DeadLetterPlace place)
    {
        _places.Add(place);
        Thin();
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var temporary = _path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Concat(_places.Select(Line))));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
    }

    /// <summary>Behind the newest, places need not be close: one too far back costs letters that come twice.</summary>
    private void Thin()
    {
        var index = _places.Count - NewestKept - 1;
        if (index > 0 && _places[index].Segment == _places[index - 1].Segment && _places[index].Offset - _places[index - 1].Offset < Apart
            && _places[index + 1].Segment == _places[index].Segment)
        {
            _places.RemoveAt(index);
        }

        if (_places.Count > MostKept)
        {
            _places.RemoveAt(0);
        }
    }

    private static string Line(DeadLetterPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Segment} {place.Offset} {place.Next} {place.Checksum:x8}\n");

    private static DeadLetterPlace? Read(string line) =>
        line.Split(' ') is [var segment, var offset, var next, var checksum]
        && long.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && long.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && uint.TryParse(checksum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var crc)
            ? new DeadLetterPlace(first, at, number, crc)
            : null;
}
