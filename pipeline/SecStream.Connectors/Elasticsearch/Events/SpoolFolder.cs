using System.Globalization;
using Microsoft.Win32.SafeHandles;
using SecStream.Connectors.Outbox;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// The files of a spool: one endless line of bytes, cut into files named by the place of their first byte, and the place up to which all was sent.
/// <code>
/// 0000000000000000.bulk  0000000004000000.bulk …   sent   datasets
/// </code>
/// Not thread-safe.
/// </summary>
internal sealed class SpoolFolder
{
    private const string Extension = ".bulk";
    private readonly string _folder;
    private readonly OutboxCursor _sent;

    public SpoolFolder(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _sent = new OutboxCursor(Path.Combine(_folder, "sent"));
    }

    public string Name => _folder;

    public string PathOf(long first) => Path.Combine(_folder, first.ToString("x16", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Places of the files' first bytes with their lengths, in order.</summary>
    public SortedList<long, long> List()
    {
        var files = new SortedList<long, long>();
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*" + Extension))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(file.Name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var first) && first >= 0)
            {
                files.Add(first, file.Length);
            }
        }

        return files;
    }

    public SafeFileHandle Create(long first) =>
        File.OpenHandle(PathOf(first), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public SafeFileHandle Open(long first) =>
        File.OpenHandle(PathOf(first), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public void Delete(long first) => File.Delete(PathOf(first));

    /// <summary>The place up to which all was sent; null when it was not kept.</summary>
    public long? ReadSent() => _sent.Read();

    /// <summary>Keeps that place; durable when it returns.</summary>
    public void WriteSent(long place) => _sent.Write(place);
}
