using System.Security.Cryptography;
using System.Text;

namespace SecStream.Host.Serve.Snapshots;

/// <summary>What the head of a snapshot's file says.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="IsBase">Whole, or what changed since another.</param>
/// <param name="Moment">Number of the moment it is of, rising. A base made of others is of the same moment as the last of them.</param>
/// <param name="Id">Identity of the moment: numbers may come again after a damage, identities do not.</param>
/// <param name="Previous">For deltas: the identity they go on from.</param>
/// <param name="Taken">When.</param>
/// <param name="Header">The caller's.</param>
internal sealed record SnapshotHead(
    string Path, long Bytes, bool IsBase, long Moment, UInt128 Id, UInt128 Previous, DateTimeOffset Taken, ReadOnlyMemory<byte> Header);

/// <summary>
/// Files of snapshots. A file is written beside its place, flushed to disk, renamed; one that a crash or a disk tore is told by its checksum.
/// <code>
/// "SECSTATE" | version (4) | base (1) | moment (8) | id (16) | previous (16) | taken (8) | header length (4) | header
/// entries (StateStream) | SHA-256 of all before (32)
/// </code>
/// </summary>
internal static class SnapshotFile
{
    /// <summary>Version of the files.</summary>
    public const int Version = 1;

    private const int MaxHeaderBytes = 16 << 20;
    private const int BufferBytes = 1 << 18;

    private static ReadOnlySpan<byte> Magic => "SECSTATE"u8;

    /// <summary>Writes the whole file to <paramref name="path"/> and flushes it to disk.</summary>
    /// <returns>Its length.</returns>
    public static long Write(string path, SnapshotHead head, Action<BinaryWriter> writeEntries)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
        using (var buffer = new BufferedStream(hashing, BufferBytes))
        using (var writer = new BinaryWriter(buffer))
        {
            WriteHead(writer, head);
            writeEntries(writer);
        }

        file.Write(hash.Hash);
        file.Flush(flushToDisk: true);
        return file.Length;
    }

    /// <summary>Reads the head; null when it is damaged.</summary>
    /// <exception cref="ConfigurationException">Another version wrote it.</exception>
    public static SnapshotHead? ReadHead(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var reader = new BinaryReader(file);
        try
        {
            return ReadHead(reader, path);
        }
        catch (Exception fault) when (fault is EndOfStreamException or InvalidDataException)
        {
            // A torn file is no error here: the caller goes back to one before it, and says so.
            return null;
        }
    }

    /// <summary>Whether the file is as it was written.</summary>
    public static bool IsIntact(string path, CancellationToken cancellation = default)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
            {
                return false;
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var said = buffer.AsSpan(0, SHA256.HashSizeInBytes);
        return file.Length > SHA256.HashSizeInBytes && file.ReadAtLeast(said, said.Length, throwOnEndOfStream: false) == said.Length
            && hash.GetHashAndReset().AsSpan().SequenceEqual(said);
    }

    /// <summary>Opens the entries of an intact file.</summary>
    public static Core.Pipeline.State.StateReader Open(string path)
    {
        var reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes));
        ReadHead(reader, path);
        return new Core.Pipeline.State.StreamStateReader(reader);
    }

    private static void WriteHead(BinaryWriter writer, SnapshotHead head)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(head.IsBase);
        writer.Write(head.Moment);
        Write(writer, head.Id);
        Write(writer, head.Previous);
        writer.Write(head.Taken.UtcTicks);
        writer.Write(head.Header.Length);
        writer.Write(head.Header.Span);
    }

    private static SnapshotHead ReadHead(BinaryReader reader, string path)
    {
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
        {
            throw new InvalidDataException("no snapshot");
        }

        if (reader.ReadInt32() is var version and not Version)
        {
            // A damaged number is a damaged file. The checksum is at the end in every version.
            throw !IsIntact(path) ? new InvalidDataException("a damaged head") : new ConfigurationException(
                $"{path} is in format {version}, this program reads format {Version}; go on with the program that wrote it, or start with --rebuild to read all again");
        }

        var isBase = reader.ReadBoolean();
        var (moment, id, previous, ticks, length) = (reader.ReadInt64(), ReadId(reader), ReadId(reader), reader.ReadInt64(), reader.ReadInt32());
        if (length is < 0 or > MaxHeaderBytes || ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            throw new InvalidDataException("a damaged head");
        }

        var header = reader.ReadBytes(length);
        return header.Length == length
            ? new SnapshotHead(path, reader.BaseStream.Length, isBase, moment, id, previous, new DateTimeOffset(ticks, TimeSpan.Zero), header)
            : throw new EndOfStreamException();
    }

    private static void Write(BinaryWriter writer, UInt128 id)
    {
        writer.Write((ulong)(id >> 64));
        writer.Write((ulong)id);
    }

    private static UInt128 ReadId(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
