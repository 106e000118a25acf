using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Profiles;

/// <summary>
/// Makes observations of anomalies: derived events at the end of their window, with fields <c>secstream.anomaly.*</c> and the parts of the profile's key,
/// which go through the selections of the rules about anomalies and become rows for their keys. The same window is the same observation, however often it is
/// judged: what is said last replaces what was said before. One per lane, not thread-safe.
/// </summary>
public sealed class AnomalyObservations
{
    /// <summary>Least share in an anomaly with which a feature is named in <c>secstream.anomaly.feature</c>; the first always is.</summary>
    public const double LeadingShare = 0.2;

    private readonly ByteWriter _content = new(AnomalyFormat.MaxBytes);
    private readonly ByteWriter _text = new(1024);
    private readonly IngestPlan _plan;
    private readonly SelectionMatcher _matcher;
    private readonly RowEmitter _emitter;
    private readonly EventRecord _record;
    private readonly int[] _matched;

    /// <summary>Makes the observations of a lane.</summary>
    /// <param name="plan">Rules and names; rules that come into force later need observations of their own.</param>
    public AnomalyObservations(IngestPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        _matcher = new SelectionMatcher(plan.Anomalies);
        _emitter = new RowEmitter(plan.Plan, plan.Rules, plan.Tenant);
        _record = new EventRecord(plan.Fields.Count);
        _matched = new int[plan.Anomalies.DetectionCount];
    }

    /// <summary>Says that a window is an anomaly, for the first time or in another way than before.</summary>
    /// <param name="anomaly">What there is to say of it.</param>
    /// <param name="schema">Schema of its profile.</param>
    /// <param name="key">The canonical key, parts separated by NUL.</param>
    /// <param name="rowsByShard">Where rows go, by shard.</param>
    public void Emit(Anomaly anomaly, FeatureSchema schema, ReadOnlySpan<byte> key, RowBuffer[] rowsByShard)
    {
        ArgumentNullException.ThrowIfNull(anomaly);
        ArgumentNullException.ThrowIfNull(schema);
        Begin(schema, anomaly.End, key);
        Describe(anomaly);
        _content.Reset();
        AnomalyFormat.Write(_content, anomaly, StableHash.Compute(key, StableHash.Compute(Encoding.UTF8.GetBytes(schema.Profile))));
        var matches = _matcher.Match(_record, _matched);
        var stamp = Identify(schema, anomaly.Start, anomaly.End, key);
        _emitter.EmitAnomaly(_record, _matched.AsSpan(0, matches), stamp, _content.Buffer.AsMemory(0, _content.Length), rowsByShard);
    }

    /// <summary>Says that a window is none after all; nothing happens to those that never heard of it.</summary>
    /// <param name="schema">Schema of its profile.</param>
    /// <param name="start">Start of the window, µs.</param>
    /// <param name="end">End of the window, exclusive, µs.</param>
    /// <param name="key">The canonical key, parts separated by NUL.</param>
    /// <param name="rowsByShard">Where rows go, by shard.</param>
    public void Withdraw(FeatureSchema schema, long start, long end, ReadOnlySpan<byte> key, RowBuffer[] rowsByShard)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Begin(schema, end, key);
        _emitter.EmitAnomaly(_record, [], Identify(schema, start, end, key), default, rowsByShard);
    }

    /// <summary>Length of a window as rules write it: <c>5m</c>, <c>1h</c>, <c>1d</c>.</summary>
    /// <param name="window">Length, µs.</param>
    public static string WindowName(long window) => window switch
    {
        _ when window % EventClock.Day == 0 => Name(window / EventClock.Day, 'd'),
        _ when window % EventClock.Hour == 0 => Name(window / EventClock.Hour, 'h'),
        _ when window % EventClock.Minute == 0 => Name(window / EventClock.Minute, 'm'),
        _ => Name(window / EventClock.Second, 's'),
    };

    /// <summary>Features that make most of an anomaly, most first; with a minus where there is less than expected: reading no data is no sign of reading much.</summary>
    public static IEnumerable<string> LeadingFeatures(Anomaly anomaly) =>
        anomaly.Contributions.Where((c, i) => i == 0 || c.Share >= LeadingShare).Select(c => c.Deviation < 0 ? "-" + c.Feature : c.Feature);

    private static string Name(long count, char unit) => count.ToString(CultureInfo.InvariantCulture) + unit;

    private void Begin(FeatureSchema schema, long end, ReadOnlySpan<byte> key)
    {
        _record.Reset([], 0, 0);
        _record.Time = end;
        _record.SetText(Ecs.EventKind, "signal"u8);
        _record.SetText(Ecs.EventModule, "secstream"u8);
        _record.SetText(Ecs.EventDataset, "secstream.anomaly"u8);
        _record.SetText(Ecs.EventAction, "anomaly_detected"u8);
        _record.SetText(Ecs.SecstreamAnomalyProfile, Encoding.UTF8.GetBytes(schema.Profile));
        for (var i = 0; i < schema.KeyNames.Length; i++)
        {
            var cut = i < schema.KeyNames.Length - 1 ? key.IndexOf((byte)0) : -1;
            var part = cut < 0 ? key : key[..cut];
            key = cut < 0 ? default : key[(cut + 1)..];
            var field = _plan.Fields.Find(schema.KeyNames[i]);
            if (field >= 0)
            {
                _record.SetText(field, part);
            }
        }
    }

    private void Describe(Anomaly anomaly)
    {
        _record.SetFloat(Ecs.SecstreamAnomalyGrade, anomaly.Grade);
        _record.SetFloat(Ecs.SecstreamAnomalyP, anomaly.P);
        _record.SetFloat(Ecs.SecstreamAnomalyDeviation, anomaly.Deviation);
        _record.SetFloat(Ecs.SecstreamAnomalyExpectedFalsePerDay, anomaly.ExpectedFalsePerDay);
        _record.SetText(Ecs.SecstreamAnomalyWindow, Encoding.UTF8.GetBytes(WindowName(anomaly.End - anomaly.Start)));
        if (anomaly.Severity is { } severity)
        {
            _record.SetText(Ecs.SecstreamAnomalySeverity, NameOf(severity));
        }

        _text.Reset();
        using (var json = new System.Text.Json.Utf8JsonWriter(_text))
        {
            json.WriteStartArray();
            foreach (var feature in LeadingFeatures(anomaly))
            {
                json.WriteStringValue(feature);
            }

            json.WriteEndArray();
        }

        _record.SetText(Ecs.SecstreamAnomalyFeature, _text.Written);
        _record.Slot(Ecs.SecstreamAnomalyFeature).Kind = FieldKind.Array;
    }

    private static ReadOnlySpan<byte> NameOf(Severity severity) => severity switch
    {
        Severity.Low => "low"u8,
        Severity.Medium => "medium"u8,
        Severity.High => "high"u8,
        _ => "critical"u8,
    };

    /// <summary>Identity and place follow from the window alone: tenant, profile, length, start and key.</summary>
    private RowStamp Identify(FeatureSchema schema, long start, long end, ReadOnlySpan<byte> key)
    {
        _text.Reset();
        _text.Write(Encoding.UTF8.GetBytes($"{_plan.Tenant}\0anomaly\0{schema.Profile}\0"));
        BinaryPrimitives.WriteInt64LittleEndian(_text.Reserve(8), end - start);
        _text.Advance(8);
        BinaryPrimitives.WriteInt64LittleEndian(_text.Reserve(8), start);
        _text.Advance(8);
        _text.Write(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_text.Written, hash);

        // A first half of zero would mean a merged item; the place needs a positive number.
        var id = new EventId(BinaryPrimitives.ReadUInt64BigEndian(hash) | 1, BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
        return new RowStamp(end, id.High, (long)(id.Low >> 1), id, HasOwnId: false);
    }
}
