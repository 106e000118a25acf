using System.Text;
using System.Text.Json;
using SecStream.Connectors.Files;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Host.Derivation;
using SecStream.Host.Replay;
using SecStream.Stages.Ingest;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Check;

/// <summary>Reads sources through the production pipeline, each by itself, and tells what came of them; nothing is written.</summary>
internal sealed class SourceCheck(PipelineOptions options, Knowledge knowledge, TimeProvider time)
{
    private const double UsableRatio = 0.5;

    /// <summary>Lines to read of each source; 0 for all.</summary>
    public long MaxLines { get; init; }

    /// <summary>Takes a path before it is read.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Checks files, and the files of folders.</summary>
    public async Task<IReadOnlyList<SourceReport>> RunAsync(IEnumerable<string> paths, CancellationToken cancellation)
    {
        var reports = new List<SourceReport>();
        foreach (var path in paths)
        {
            List<SourceSpec> sources;
            try
            {
                sources = ReplaySources.Open([path], options, time);
            }
            catch (ConfigurationException fault)
            {
                // One source that can't be opened must not hide what is wrong with the others.
                reports.Add(new SourceReport { Name = path, Unusable = WithoutName(fault.Message, path) });
                continue;
            }

            foreach (var source in sources)
            {
                Progress?.Invoke(source.Source.Name);
                reports.Add(await CheckAsync(source, cancellation).ConfigureAwait(false));
            }
        }

        return reports;
    }

    private async Task<SourceReport> CheckAsync(SourceSpec spec, CancellationToken cancellation)
    {
        var file = (FileSource)spec.Source;
        using var limited = new LimitedSource(file, MaxLines);
        var dead = new DeadLetterSink();
        var alerts = new CollectingSink();
        using var topology = new Topology(
            options with { Lanes = 1, RevisionInterval = null }, knowledge, [new SourceSpec(limited, spec.Options)], dead, alerts, time);
        await topology.Engine.RunAsync(
            async (pump, cancel) =>
            {
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancel).ConfigureAwait(false);
                }
            },
            cancellation).ConfigureAwait(false);
        var (_, counters, format) = topology.Sources().First();
        return Report(spec, file, limited.IsCut, counters, format, dead, alerts.Alerts.Count, topology);
    }

    private SourceReport Report(
        SourceSpec spec, FileSource file, bool isCut, PartitionCounters counters, string format, DeadLetterSink dead, int alerts, Topology topology)
    {
        var lost = counters.DeadLetters.Values.Sum();
        var ratio = counters.Events + lost == 0 ? 0 : (double)counters.Events / (counters.Events + lost);
        var blind = knowledge.Plan.Rules.Rules
            .Select(r => (Rule: r, Why: BlindSpots.WhyBlind(r, knowledge.Plan.Rules, topology.HasSeen, knowledge.Plan.Fields.Name)))
            .ToList();
        return new SourceReport
        {
            Name = file.Name,
            Unusable = Unusable(file, counters, ratio),
            Format = format == SourceFormats.Auto ? "" : format,
            Events = counters.Events,
            DeadLetters = [.. counters.DeadLetters.Select(d => dead.Describe(d.Key, d.Value))],
            ParsedRatio = ratio,
            Late = counters.Late + counters.Unevaluated,
            Unevaluated = counters.Unevaluated,
            ClockSkew = counters.Skewed,
            Timezone = spec.Options.Zone.Id,
            Year = spec.Options.Year ?? spec.Options.FirstYear,
            FirstEvent = counters.Events > 0 ? Iso(counters.FirstTime) : null,
            LastEvent = counters.Events > 0 ? Iso(counters.LastTime) : null,
            LagSeconds = counters.Events > 0 && !isCut ? Math.Round((time.GetUtcNow() - EventClock.ToInstant(counters.LastTime)).TotalSeconds) : null,
            IsPartial = isCut,
            Alerts = alerts,
            SeenBy = [.. blind.Where(b => b.Why is null).Select(b => b.Rule.Code).Order(Rules.NaturalOrder.Instance)],
            Blind = [.. blind.Where(b => b.Why is not null).OrderBy(b => b.Rule.Code, Rules.NaturalOrder.Instance).Select(b => new BlindRule(b.Rule.Code, b.Rule.Title, b.Why!))],
        };
    }

    private static string? Unusable(FileSource file, PartitionCounters counters, double ratio)
    {
        if (file.Failure is { } failure)
        {
            return WithoutName(failure, file.Name);
        }

        if (counters.Events == 0)
        {
            return counters.DeadLetters.Count == 0
                ? "it is empty"
                : "none of its lines could be parsed; is it a log? --format names a format (see --help)";
        }

        return ratio < UsableRatio ? FormattableString.Invariant($"only {ratio:P0} of its lines could be parsed; name another --format, or leave the source out") : null;
    }

    /// <summary>The report names the source already.</summary>
    private static string WithoutName(string message, string name) =>
        message.StartsWith(name + ": ", StringComparison.Ordinal) ? message[(name.Length + 2)..] : message;

    private static string Iso(long time)
    {
        Span<byte> text = stackalloc byte[Core.Text.IsoTimestamp.Length];
        Core.Text.IsoTimestamp.Write(time, text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Keeps the first dead letter of each class.</summary>
    private sealed class DeadLetterSink : IEventSink
    {
        private readonly Dictionary<string, (long Position, string Text)> _first = new(StringComparer.Ordinal);

        public DeadLetterClass Describe(string errorClass, long count)
        {
            var (position, text) = _first.GetValueOrDefault(errorClass, (0, ""));
            return new DeadLetterClass(errorClass, count, position, text);
        }

        public void Write(IngestOutput output)
        {
            var deadLetters = output.DeadLetters.Written;
            while (!deadLetters.IsEmpty)
            {
                var end = deadLetters.IndexOf((byte)'\n');
                var line = end < 0 ? deadLetters : deadLetters[..end];
                deadLetters = end < 0 ? default : deadLetters[(end + 1)..];
                Keep(line);
            }
        }

        public void Save(BinaryWriter writer)
        {
        }

        public void Restore(BinaryReader reader)
        {
        }

        private void Keep(ReadOnlySpan<byte> line)
        {
            var reader = new Utf8JsonReader(line);
            var letter = JsonElement.ParseValue(ref reader);
            var name = Documents.DocumentFields.Text(letter, "error.type") ?? "";
            if (!_first.ContainsKey(name))
            {
                _first.Add(name, (Documents.DocumentFields.Number(letter, "position") ?? 0, Documents.DocumentFields.Text(letter, "text") ?? ""));
            }
        }
    }
}
