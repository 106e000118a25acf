using System.Security.Cryptography;

namespace SecStream.Host.Serve;

/// <summary>
/// One snapshot in one file, replaced as a whole: written beside it, flushed to disk, renamed. A file that a crash or disk tore is recognised by
/// its checksum.
/// <code>
/// "SECSNAP1" | length (8) | SHA-256 of the content (32) | content
/// </code>
/// </summary>
internal static class WholeSnapshotFile
{
    private static ReadOnlySpan<byte> Magic => "SECSNAP1"u8;

    /// <summary>Replaces the snapshot.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Span<byte> length = stackalloc byte[8];
            BitConverter.TryWriteBytes(length, (long)content.Length);
            file.Write(Magic);
            file.Write(length);
            file.Write(SHA256.HashData(content));
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads the snapshot; null when there is none.</summary>
    /// <exception cref="ConfigurationException">It is damaged.</exception>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 48
            || !bytes.AsSpan(0, 8).SequenceEqual(Magic)
            || BitConverter.ToInt64(bytes, 8) != bytes.Length - 48
            || !SHA256.HashData(bytes.AsSpan(48)).AsSpan().SequenceEqual(bytes.AsSpan(16, 32)))
        {
            throw new ConfigurationException(
                $"{path}: the snapshot is damaged; move it away to start anew (the sources are read from their beginning, alerts keep their ids)");
        }

        return bytes[48..];
    }
}
