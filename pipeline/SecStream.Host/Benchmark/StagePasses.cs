using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;
using SecStream.Stages.Alerting;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Json;
using SecStream.Stages.Parsing;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Routing;
using SecStream.Stages.Sessions;

namespace SecStream.Host.Benchmark;

/// <summary>How far a pass goes; each includes the ones before it.</summary>
internal enum Depth
{
    /// <summary>Field table filled, normalised, events named: the parser of the source.</summary>
    Parse,

    /// <summary>GeoIP, lists and entities added.</summary>
    Enrich,

    /// <summary>Selections of all rules matched.</summary>
    Match,

    /// <summary>Rows for the shards written.</summary>
    Rows,

    /// <summary>The outgoing document written.</summary>
    Document,
}

/// <summary>The pieces of the pipeline one after the other on one thread, over the same bytes: where the time goes.</summary>
internal sealed class StagePasses(string path, PipelineOptions options, Knowledge knowledge)
{
    private static readonly EventId s_id = new(0x0123456789ABCDEF, 0xFEDCBA9876543210);

    /// <summary>Whether the file holds JSON: without it the yardstick measures nothing.</summary>
    public bool IsJson { get; private set; }

    /// <summary>The yardstick: every token of every line by <see cref="Utf8JsonReader"/>, and nothing done with it.</summary>
    public PassTime Scan()
    {
        long tokens = 0;
        var time = Lines.Measure(path, batch =>
        {
            foreach (var slice in batch.Records)
            {
                tokens += CountTokens(batch.Buffer.AsSpan(slice.Start, slice.Length));
            }
        });
        IsJson = tokens > time.Lines;
        return time;
    }

    /// <summary>JSON to the field table, UTF-8 checked.</summary>
    public PassTime FieldTable()
    {
        var parser = new JsonFieldParser(new JsonFieldMap(knowledge.Plan.Fields.Names.Select((name, id) => KeyValuePair.Create(name, id))));
        var record = new EventRecord(knowledge.Plan.Fields.Count);
        return Lines.Measure(path, batch =>
        {
            foreach (var slice in batch.Records)
            {
                record.Reset(batch.Buffer, slice.Start, slice.Length);
                parser.Parse(record);
            }
        });
    }

    /// <summary>The stages by themselves, up to a depth.</summary>
    public PassTime UpTo(Depth depth)
    {
        var plan = knowledge.Plan;
        var parser = new SourceParser(plan.Fields, new SourceOptions { Format = options.Format, Zone = options.Zone, Year = options.Year, Tenant = options.Tenant });
        var enricher = new EventEnricher(knowledge.Enrichment);
        var matcher = new SelectionMatcher(plan.Index);
        var emitter = new RowEmitter(plan.Plan, plan.Rules, plan.Tenant);
        var writer = new EcsDocumentWriter(plan.Fields);
        var record = new EventRecord(plan.Fields.Count);
        var matched = new int[plan.Index.DetectionCount];
        var output = new IngestOutput(1);
        return Lines.Measure(path, batch =>
        {
            output.Reset();
            foreach (var slice in batch.Records)
            {
                record.Reset(batch.Buffer, slice.Start, slice.Length);
                if (parser.Parse(record).Outcome != ParseOutcome.Event || depth < Depth.Enrich)
                {
                    continue;
                }

                enricher.Enrich(record);
                var matches = depth >= Depth.Match ? matcher.Match(record, matched) : 0;
                if (depth >= Depth.Rows)
                {
                    var stamp = new RowStamp(record.Time, batch.SourceHash, slice.Position, s_id, record.Has(Ecs.EventId));
                    emitter.Emit(record, matched.AsSpan(0, matches), stamp, output.ShardRows);
                }

                if (depth >= Depth.Document)
                {
                    Write(writer, record, parser.AddedFrom, output.Events);
                }
            }
        });
    }

    /// <summary>The ingest stage as the pipeline runs it: time judged, identity, counts besides.</summary>
    public PassTime Ingest()
    {
        var stage = NewStage();
        var output = new IngestOutput(1);
        return Lines.Measure(path, batch =>
        {
            output.Reset();
            stage.Process(batch, output);
        });
    }

    /// <summary>Ingest and all shards in one lane, to the last alert.</summary>
    public PassTime Shards()
    {
        var stage = NewStage();
        var output = new IngestOutput(1);
        using var book = new AlertBook(
            knowledge.Plan.Rules.Rules, knowledge.Versions, SilentOutput.Instance, new AlertBookOptions { KeepAll = true, Horizon = options.HorizonMicroseconds });
        var shards = new ShardOptions { Horizon = options.HorizonMicroseconds, RevisionInterval = long.MaxValue, MaxStateBytes = options.MaxStateBytes / Row.ShardCount };
        var lane = new LaneStage(0, 1, knowledge.Plan.Plan, shards, new AlertFactory(options.Tenant), book, seed: 1);
        var attempts = new RowBuffer();
        var attemptsByShard = Enumerable.Repeat(attempts, Row.ShardCount).ToArray();
        return Lines.Measure(path, batch =>
        {
            output.Reset();
            stage.Process(batch, output);
            lane.Accept(output.LaneRows[0].Bytes);
            lane.AdvanceSessions(output.Watermark, attemptsByShard);
            lane.Accept(attempts.Bytes);
            attempts.Clear();
            lane.AdvanceRules(output.Watermark);
        });
    }

    private static void Write(EcsDocumentWriter writer, EventRecord record, int addedFrom, ByteWriter output)
    {
        if (!record.Has(Ecs.EventId))
        {
            Span<byte> id = stackalloc byte[EventId.TextLength];
            s_id.Format(id);
            record.SetText(Ecs.EventId, id);
        }

        record.SetText(Ecs.EventIngested, "2026-03-02T10:00:00.000000Z"u8);
        writer.Write(record, record.Present[addedFrom..], output);
        output.WriteByte((byte)'\n');
    }

    private static int CountTokens(ReadOnlySpan<byte> line)
    {
        var tokens = 0;
        if (line.IsEmpty || line[0] != (byte)'{')
        {
            return 0;
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                tokens++;
            }
        }
        catch (JsonException)
        {
            // A file of the caller's may hold damaged lines; they count as lines read.
        }

        return tokens;
    }

    private IngestStage NewStage()
    {
        var stage = new IngestStage(knowledge.Plan, new Stages.Enrichment.EnrichmentTimeline(knowledge.Enrichment), TimeProvider.System);
        var source = new SourceOptions { Format = options.Format, Zone = options.Zone, Year = options.Year, Tenant = options.Tenant };
        stage.Add(0, path, source, new SourceClockOptions { Lateness = options.LatenessMicroseconds, Horizon = options.HorizonMicroseconds });
        return stage;
    }
}

/// <summary>Takes changes of alerts and does nothing: the benchmark reads the book at the end.</summary>
internal sealed class SilentOutput : IAlertOutput
{
    public static readonly SilentOutput Instance = new();

    /// <inheritdoc/>
    public void OnAlert(in AlertChange change)
    {
    }

    /// <inheritdoc/>
    public void OnIncident(in AlertChange change)
    {
    }
}
