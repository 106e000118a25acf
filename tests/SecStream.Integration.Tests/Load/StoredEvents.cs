using System.IO.Compression;
using System.Text;

namespace SecStream.Integration.Tests.Load;

/// <summary>Counts what a data folder has stored of <see cref="LoadEvents"/>.</summary>
internal static class StoredEvents
{
    /// <summary>How many numbers are there, how many twice, how many documents bear none.</summary>
    public static (long Found, long Doubled, long Strange) Count(string data, long made)
    {
        var seen = new byte[made];
        var (doubled, strange) = (0L, 0L);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(data, "events"), "*.ndjson*", SearchOption.AllDirectories).Where(p => p.EndsWith(".ndjson", StringComparison.Ordinal) || p.EndsWith(".gz", StringComparison.Ordinal)))
        {
            using var file = File.OpenRead(path);
            using var stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            CountLines(stream, seen, ref doubled, ref strange);
        }

        return (seen.LongCount(s => s != 0), doubled, strange);
    }

    private static void CountLines(Stream stream, byte[] seen, ref long doubled, ref long strange)
    {
        var mark = Encoding.ASCII.GetBytes(LoadEvents.Mark);
        var buffer = new byte[4 << 20];
        var held = 0;
        while (true)
        {
            var read = stream.Read(buffer, held, buffer.Length - held);
            if (read == 0)
            {
                Assert.Equal(0, held);
                return;
            }

            var all = buffer.AsSpan(0, held + read);
            while (all.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = all[..end];
                var at = line.IndexOf(mark);
                if (at < 0 || !long.TryParse(line.Slice(at + mark.Length, LoadEvents.Digits), out var number) || number >= seen.Length)
                {
                    strange++;
                }
                else if (seen[number]++ != 0)
                {
                    doubled++;
                }

                all = all[(end + 1)..];
            }

            all.CopyTo(buffer);
            held = all.Length;
        }
    }
}
