using System.IO.Compression;

namespace SecStream.Models.MlNet.SavedModels;

/// <summary>ML.NET's archives carry the time at which they were written; without it the same rows and seed give the same artefact, to the bit.</summary>
internal static class ModelZip
{
    /// <summary>The first time that an archive can hold.</summary>
    private static readonly DateTimeOffset s_noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The same entries in order of their names, without times.</summary>
    public static byte[] WithoutTimes(byte[] zip)
    {
        using var target = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(zip), ZipArchiveMode.Read))
        using (var to = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                var copy = to.CreateEntry(entry.FullName, CompressionLevel.Fastest);
                copy.LastWriteTime = s_noTime;
                using var source = entry.Open();
                using var sink = copy.Open();
                source.CopyTo(sink);
            }
        }

        return target.ToArray();
    }
}
