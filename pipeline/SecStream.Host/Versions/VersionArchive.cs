using System.Text.Json;

namespace SecStream.Host.Versions;

/// <summary>
/// Copies of everything that was ever in force, by content: <c>state/versions/SUBJECT-HASH/</c> with the files and a <c>manifest.json</c>. What the
/// control log activates is here, so the alerts of any time can be computed again although the files have changed since. One writer.
/// </summary>
internal sealed class VersionArchive(string directory)
{
    private const string Manifest = "manifest.json";

    /// <summary>The folder.</summary>
    public string Directory { get; } = directory;

    /// <summary>Keeps a version; on disk when it returns. What is there already stays.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Store(KnowledgeVersion version)
    {
        var folder = FolderOf(version.Subject, version.Hash);
        if (File.Exists(Path.Combine(folder, Manifest)))
        {
            return;
        }

        // Written beside it and renamed: a folder of that name is whole.
        var temporary = folder + ".tmp";
        if (System.IO.Directory.Exists(temporary))
        {
            System.IO.Directory.Delete(temporary, recursive: true);
        }

        System.IO.Directory.CreateDirectory(temporary);
        var entries = version.Files.Select((file, i) => new ManifestEntry(file.Role, file.Name, StoredName(file.Name, i))).ToArray();
        for (var i = 0; i < entries.Length; i++)
        {
            Write(Path.Combine(temporary, entries[i].Stored), version.Files[i].Content);
        }

        Write(Path.Combine(temporary, Manifest), JsonSerializer.SerializeToUtf8Bytes(entries));
        System.IO.Directory.Move(temporary, folder);
    }

    /// <summary>Reads a version.</summary>
    /// <exception cref="ConfigurationException">It is not there, or damaged.</exception>
    public KnowledgeVersion Load(string subject, string hash)
    {
        var folder = FolderOf(subject, hash);
        try
        {
            var entries = JsonSerializer.Deserialize<ManifestEntry[]>(File.ReadAllBytes(Path.Combine(folder, Manifest))) ?? [];
            var version = new KnowledgeVersion(
                subject, [.. entries.Select(e => new VersionFile(e.Role, e.Name, File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(e.Stored)))))]);
            return version.Hash == hash
                ? version
                : throw new ConfigurationException($"{folder}: damaged, its content is not what its name says; restore it from a backup");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException(
                $"{folder}: {fault.Message} The control log says that this version was in force; restore the folder from a backup, or begin with another data folder", fault);
        }
    }

    /// <summary>Deletes what is none of the versions named (subject, hash): prepared for a change that was never made. Returns how many.</summary>
    public int Prune(IEnumerable<(string Subject, string Hash)> needed)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return 0;
        }

        var kept = needed.Select(n => FolderOf(n.Subject, n.Hash)).ToHashSet(StringComparer.Ordinal);
        var gone = System.IO.Directory.EnumerateDirectories(Directory).Where(folder => !kept.Contains(folder)).ToList();
        gone.ForEach(folder => System.IO.Directory.Delete(folder, recursive: true));
        return gone.Count;
    }

    private string FolderOf(string subject, string hash) => Path.Combine(Directory, $"{subject}-{hash}");

    /// <summary>A name for people that can't lead elsewhere and is unlike every other.</summary>
    private static string StoredName(string name, int number) =>
        $"{number:d4}-{string.Concat(Path.GetFileName(name).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_').TakeLast(100))}";

    private static void Write(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private sealed record ManifestEntry(string Role, string Name, string Stored);
}
