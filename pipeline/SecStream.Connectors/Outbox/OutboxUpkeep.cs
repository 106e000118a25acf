using System.IO.Compression;

namespace SecStream.Connectors.Outbox;

/// <summary>Compresses segments that are closed and delivered everywhere, deletes what is too old. A crash in between loses nothing.</summary>
internal static class OutboxUpkeep
{
    /// <summary>Does what is due. A full disk puts compression off.</summary>
    /// <param name="folder">The files.</param>
    /// <param name="delivered">Every sink has what stands before this place.</param>
    /// <param name="oldest">Segments whose last entry is older go, delivered or not: a sink that is down for so long must not fill the disk.</param>
    /// <param name="cancellation">Stops between two files.</param>
    public static void Run(OutboxFolder folder, long delivered, DateTimeOffset oldest, CancellationToken cancellation)
    {
        var segments = folder.List();
        for (var i = 0; i + 1 < segments.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var segment = segments[i];
            try
            {
                if (File.GetLastWriteTimeUtc(segment.Path) < oldest.UtcDateTime)
                {
                    File.Delete(segment.Path);
                }
                else if (!segment.IsCompressed && segments[i + 1].Start <= delivered)
                {
                    Compress(segment.Path);
                }
            }
            catch (IOException)
            {
                // No room, or somebody looks at the file: it stays as it is until the next time.
                return;
            }
        }
    }

    private static void Compress(string path)
    {
        var (target, temporary) = (path + ".gz", path + ".gz.tmp");
        try
        {
            using (var from = File.OpenRead(path))
            using (var to = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                using (var packed = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true))
                {
                    from.CopyTo(packed);
                }

                to.Flush(flushToDisk: true);
            }

            File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(path));
            File.Move(temporary, target, overwrite: true);
            File.Delete(path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
