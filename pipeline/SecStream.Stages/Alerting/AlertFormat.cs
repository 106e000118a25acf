using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Core.Text;

namespace SecStream.Stages.Alerting;

/// <summary>Names that come again and again (tenant, fields, measures) read once.</summary>
internal sealed class NamePool
{
    private const int MaxNames = 4096;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Read(BinaryReader reader)
    {
        var name = reader.ReadString();
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_names.Count < MaxNames)
        {
            _names.Add(name, name);
        }

        return name;
    }
}

/// <summary>An alert in binary form, exact. One without anomaly is written as it was before there were any.</summary>
internal static class AlertFormat
{
    private const int MaxItems = 1 << 16;

    // Where earlier versions wrote a boolean: what they wrote means the same.
    private const byte CountryFlag = 1;
    private const byte AnomalyFlag = 2;

    public static void Write(BinaryWriter writer, Alert alert)
    {
        writer.Write(alert.Id);
        writer.Write(alert.Tenant);
        writer.Write(alert.RuleCode);
        WritePairs(writer, alert.Key);
        foreach (var number in (ReadOnlySpan<long>)[alert.Opened, alert.Start, alert.End, alert.Total, alert.Events])
        {
            writer.Write(number);
        }

        writer.Write(alert.Observed.Measure);
        writer.Write(alert.Observed.Value);
        writer.Write(alert.Observed.Operator);
        writer.Write(alert.Observed.Threshold);
        writer.Write(alert.Observed.Window);
        writer.Write(alert.Observed.Kind);
        writer.Write(alert.Evidence.Length);
        foreach (var item in alert.Evidence)
        {
            writer.Write(item.EventId);
            writer.Write(item.Time);
            writer.Write(item.Count);
        }

        WriteValues(writer, alert.Users, alert.UserCount);
        WriteValues(writer, alert.Addresses, alert.AddressCount);
        WriteValues(writer, alert.Hosts, alert.HostCount);
        WriteValues(writer, alert.Actions, 0);
        WritePairs(writer, alert.Facts);
        writer.Write((byte)((alert.Country is not null ? CountryFlag : 0) | (alert.Anomaly is not null ? AnomalyFlag : 0)));
        writer.Write(alert.Country ?? "");
        if (alert.Anomaly is { } anomaly)
        {
            WriteAnomaly(writer, anomaly);
        }
    }

    public static Alert Read(BinaryReader reader, NamePool names)
    {
        var (id, tenant, code) = (reader.ReadString(), names.Read(reader), names.Read(reader));
        var key = ReadPairs(reader, names);
        var (opened, start, end) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        var (total, events) = (reader.ReadInt64(), reader.ReadInt64());
        var observed = new Observed(
            names.Read(reader), reader.ReadDouble(), names.Read(reader), reader.ReadDouble(), reader.ReadInt64(), names.Read(reader));
        var evidence = new EvidenceItem[BookFormat.ReadCount(reader, MaxItems)];
        for (var i = 0; i < evidence.Length; i++)
        {
            evidence[i] = new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt32());
        }

        var (users, userCount) = ReadValues(reader);
        var (addresses, addressCount) = ReadValues(reader);
        var (hosts, hostCount) = ReadValues(reader);
        var (actions, _) = ReadValues(reader);
        var facts = ReadPairs(reader, names);
        var flags = reader.ReadByte();
        var country = (flags & CountryFlag) != 0 ? names.Read(reader) : null;
        _ = country is null ? reader.ReadString() : null;
        var anomaly = (flags & AnomalyFlag) != 0 ? ReadAnomaly(reader) : null;
        return new Alert
        {
            Id = id,
            Tenant = tenant,
            RuleCode = code,
            Key = key,
            Opened = opened,
            Start = start,
            End = end,
            Observed = observed,
            Evidence = evidence,
            Total = total,
            Events = events,
            Users = users,
            UserCount = userCount,
            Addresses = addresses,
            AddressCount = addressCount,
            Hosts = hosts,
            HostCount = hostCount,
            Actions = actions,
            Facts = facts,
            Country = country,
            Anomaly = anomaly,
        };
    }

    private static void WriteAnomaly(BinaryWriter writer, Anomaly anomaly)
    {
        var bytes = new ByteWriter();
        AnomalyFormat.Write(bytes, anomaly, subject: 0);
        writer.Write(bytes.Length);
        writer.Write(bytes.Written);
    }

    private static Anomaly ReadAnomaly(BinaryReader reader) =>
        AnomalyFormat.Read(reader.ReadBytes(BookFormat.ReadCount(reader, AnomalyFormat.MaxBytes)), out _);

    private static void WritePairs(BinaryWriter writer, (string Name, string Value)[] pairs)
    {
        writer.Write(pairs.Length);
        foreach (var (name, value) in pairs)
        {
            writer.Write(name);
            writer.Write(value);
        }
    }

    private static (string Name, string Value)[] ReadPairs(BinaryReader reader, NamePool names)
    {
        var pairs = new (string, string)[BookFormat.ReadCount(reader, MaxItems)];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (names.Read(reader), reader.ReadString());
        }

        return pairs;
    }

    private static void WriteValues(BinaryWriter writer, ObservedValue[] values, int distinct)
    {
        writer.Write(distinct);
        writer.Write(values.Length);
        foreach (var value in values)
        {
            writer.Write(value.Value);
            writer.Write(value.Count);
        }
    }

    private static (ObservedValue[] Values, int Distinct) ReadValues(BinaryReader reader)
    {
        var distinct = reader.ReadInt32();
        var values = new ObservedValue[BookFormat.ReadCount(reader, MaxItems)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new(reader.ReadString(), reader.ReadInt64());
        }

        return (values, distinct);
    }
}
