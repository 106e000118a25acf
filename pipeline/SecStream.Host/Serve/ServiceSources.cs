using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;
using SecStream.Host.Configuration;
using SecStream.Host.Replay;
using SecStream.Host.Serve.Stack;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Serve;

/// <summary>
/// The source partitions of a service: the files it follows and the journals of its listeners. A journal that is there is read even when its
/// listener is off, for it may hold what was accepted before.
/// </summary>
internal sealed class ServiceSources : IDisposable
{
    /// <summary>Name of the journal of syslog datagrams.</summary>
    public const string SyslogUdp = "syslog-udp";

    /// <summary>Name of the journal of syslog connections.</summary>
    public const string SyslogTcp = "syslog-tcp";

    /// <summary>Name of the journal of HTTP requests.</summary>
    public const string Http = "http";

    private readonly Dictionary<string, RecordJournal> _journals = new(StringComparer.Ordinal);
    private readonly List<SourceSpec> _specs = [];

    private ServiceSources(IReadOnlyList<TailSource> files) => Files = files;

    /// <summary>The partitions, in an order that does not change.</summary>
    public IReadOnlyList<SourceSpec> Specs => _specs;

    /// <summary>Files that are followed.</summary>
    public IReadOnlyList<TailSource> Files { get; }

    /// <summary>The journals.</summary>
    public IEnumerable<RecordJournal> Journals => _journals.Values;

    /// <summary>The journal of a name; null: it is not there.</summary>
    public RecordJournal? Journal(string name) => _journals.GetValueOrDefault(name);

    /// <summary>Opens everything.</summary>
    /// <exception cref="ConfigurationException">There is nothing to read, or a journal can't be used.</exception>
    public static ServiceSources Open(ServiceOptions options, IReadOnlyList<FileSettings> files, TimeProvider time, KafkaFeed? feed = null)
    {
        // A place in a file is kept under its name: it must not depend on where the service was started, and no two sources may share one.
        var tails = files.Select(f => new TailSource(Path.GetFullPath(f.Path), options.Pipeline.Tenant, time)).ToList();
        if (files.GroupBy(f => Target(f.Path), StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ConfigurationException($"{string.Join(" and ", twice.Select(f => f.Path))} are one file, and its events would count twice; name it once");
        }

        var sources = new ServiceSources(tails);
        for (var i = 0; i < files.Count; i++)
        {
            sources._specs.Add(new SourceSpec(tails[i], FileOptions(files[i], options.Pipeline, time)));
        }

        sources._specs.AddRange(feed?.Specs ?? []);
        if (options.IsGroupMember)
        {
            // Whoever takes this member's place has none of its local sources.
            return sources;
        }

        try
        {
            var folder = FolderOf(options.Data);
            sources.AddJournal(SyslogUdp, options.Syslog.Udp is not null, folder, options, SyslogSource(options, time), time);
            sources.AddJournal(SyslogTcp, options.Syslog.Tcp is not null, folder, options, SyslogSource(options, time), time);
            sources.AddJournal(Http, options.Http.Listen is not null, folder, options, Source(options.Pipeline, time), time);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            sources.Dispose();
            throw new ConfigurationException(fault.Message, fault);
        }

        return sources._specs.Count > 0
            ? sources
            : throw new ConfigurationException("no source: name log files (./run serve /path/to/auth.log), or leave a listener on (syslog, http)");
    }

    /// <summary>The file that a path leads to, through links.</summary>
    public static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not there yet: its name is all there is.
            return Path.GetFullPath(path);
        }
    }

    /// <summary>The folder of the journals of a data folder.</summary>
    public static string FolderOf(string data) => Path.Combine(data, "journal");

    /// <summary>How the records of a journal are read, apart from what the configuration says of it.</summary>
    public static SourceOptions Source(PipelineOptions pipeline, TimeProvider time) => new()
    {
        Format = pipeline.Format,
        Zone = pipeline.Zone,
        LastModified = time.GetUtcNow(),
        Tenant = pipeline.Tenant,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var journal in _journals.Values)
        {
            journal.Dispose();
        }
    }

    private static SourceOptions FileOptions(FileSettings file, PipelineOptions pipeline, TimeProvider time) => ReplaySources.OptionsOf(
        file.Path,
        pipeline with { Format = file.Format ?? pipeline.Format, Zone = file.Zone ?? pipeline.Zone, Year = file.Year ?? pipeline.Year },
        time);

    private static SourceOptions SyslogSource(ServiceOptions options, TimeProvider time)
    {
        var source = Source(options.Pipeline, time);
        return source with { Format = options.Syslog.Format, Zone = options.Syslog.Zone ?? source.Zone };
    }

    private void AddJournal(string name, bool isOn, string folder, ServiceOptions options, SourceOptions source, TimeProvider time)
    {
        var directory = Path.Combine(folder, name);
        if (!isOn && !JournalSource.IsJournal(directory))
        {
            return;
        }

        var bounds = new JournalOptions { MaxBytes = options.Journal.MaxBytes, MinFreeBytes = options.Journal.MinFreeBytes, Retention = options.Journal.Keep };
        var journal = RecordJournal.Open(directory, name, bounds, time);
        _journals.Add(name, journal);
        _specs.Add(new SourceSpec(new JournalSource(journal, options.Pipeline.Tenant), source));
    }
}
