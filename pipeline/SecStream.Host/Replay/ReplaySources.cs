using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Host.Serve;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Replay;

/// <summary>Opens the files of a replay: folders are taken apart, and files without years in their times are scanned once for the first year.</summary>
internal static class ReplaySources
{
    private const int ProbeLines = 1000;

    /// <summary>Opens all files, in the order given.</summary>
    /// <exception cref="ConfigurationException">A file is not there or can't be read.</exception>
    public static List<SourceSpec> Open(IEnumerable<string> paths, PipelineOptions options, TimeProvider time)
    {
        var sources = new List<SourceSpec>();
        foreach (var path in paths.SelectMany(Expand))
        {
            try
            {
                sources.Add(JournalSource.IsJournal(path)
                    ? new SourceSpec(JournalSource.OpenForReplay(path, options.Tenant), ServiceSources.Source(options, time))
                    : new SourceSpec(new FileSource(path, options.Tenant), OptionsOf(path, options, time)));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new ConfigurationException($"{path}: {fault.Message}", fault);
            }
        }

        return sources.Count > 0 ? sources : throw new ConfigurationException("no file to read: name log files, folders of them, or - for standard input");
    }

    /// <summary>How a file is to be read.</summary>
    public static SourceOptions OptionsOf(string path, PipelineOptions options, TimeProvider time)
    {
        // A file that is followed may not be there yet: its lines will be of the time it is written.
        var there = path != "-" && File.Exists(path);
        var modified = there ? new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero) : time.GetUtcNow();
        return new SourceOptions
        {
            Format = options.Format,
            Zone = options.Zone,
            Year = options.Year,
            FirstYear = options.Year is null && there ? ScanFirstYear(path, modified) : null,
            LastModified = modified,
            Tenant = options.Tenant,
        };
    }

    /// <summary>A folder stands for the files in it; that of a journal for the journal.</summary>
    private static IEnumerable<string> Expand(string path) =>
        Directory.Exists(path) && !JournalSource.IsJournal(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal)
            : [path];

    private static int? ScanFirstYear(string path, DateTimeOffset modified)
    {
        using var stream = FileSource.Open(path);
        var scan = new Rfc3164YearScan();
        var lines = 0;
        try
        {
            foreach (var line in Lines(stream))
            {
                scan.Add(line.Span);
                if (++lines == ProbeLines && scan.FirstYear(modified) is null)
                {
                    return null;
                }
            }
        }
        catch (InvalidDataException)
        {
            // A damaged archive is reported when it is read for good; its years follow from what can be read.
            return scan.FirstYear(modified);
        }

        return scan.FirstYear(modified);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(Stream stream)
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        int read;
        while ((read = stream.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
            var start = 0;
            int newline;
            while ((newline = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0)
            {
                yield return buffer.AsMemory(start, newline);
                start += newline + 1;
            }

            // A line longer than the buffer has no time that matters here: its beginning is dropped.
            start = start == 0 && length == buffer.Length ? length : start;
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }

        if (length > 0)
        {
            yield return buffer.AsMemory(0, length);
        }
    }
}
