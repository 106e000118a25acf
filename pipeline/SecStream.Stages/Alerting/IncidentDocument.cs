using System.Buffers;
using System.Text.Json;

namespace SecStream.Stages.Alerting;

/// <summary>
/// Writes incident documents: one line of JSON, fields in fixed order. Without revision the document is a function of the incident. Reuses its
/// buffers; not thread-safe.
/// </summary>
public sealed class IncidentDocument : IDisposable
{
    /// <summary>Alerts listed by id.</summary>
    public const int MaxAlerts = 100;

    private readonly ArrayBufferWriter<byte> _buffer = new(2048);
    private readonly Utf8JsonWriter _json;

    /// <summary>Makes a writer.</summary>
    public IncidentDocument() => _json = new(_buffer, DocumentText.Options);

    /// <summary>Writes an incident. The bytes are valid until the next call.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="revision">From 1; null leaves it out.</param>
    public ReadOnlySpan<byte> Write(Incident incident, int? revision = null)
    {
        Start(incident.Opened, incident.Id);
        _json.WriteString("message", IncidentSentence.Write(incident));
        DocumentText.WriteRelated(
            _json,
            [.. incident.Addresses.Select(link => link.Value).Where(AlertEntity.IsAddress)],
            [.. incident.Users.Select(link => link.Value)],
            [.. incident.Hosts.Select(link => link.Value)]);
        _json.WriteStartObject("secstream");
        _json.WriteString("tenant", incident.Tenant);
        _json.WriteString("severity", DocumentText.Name(incident.Severity));
        _json.WriteString("status", "open");
        WriteRevision(revision);
        DocumentText.WriteEntity(_json, incident.Entity);
        _json.WriteStartObject("incident");
        DocumentText.WriteTime(_json, "start", incident.Start);
        DocumentText.WriteTime(_json, "end", incident.End);
        DocumentText.WriteList(_json, "rules", incident.Rules);
        _json.WriteNumber("alert_count", incident.Alerts.Length);
        DocumentText.WriteList(_json, "alerts", incident.Alerts.Take(MaxAlerts).Select(member => member.Alert.Id));
        WriteLinks("users", incident.Users, incident.UserCount);
        WriteLinks("addresses", incident.Addresses, incident.AddressCount);
        WriteLinks("hosts", incident.Hosts, incident.HostCount);
        return End();
    }

    /// <summary>Writes that there is no such incident any more: its alerts belong to another, or are withdrawn.</summary>
    public ReadOnlySpan<byte> WriteWithdrawn(string tenant, AlertEntity entity, IncidentLink incident, string? supersededBy, int? revision)
    {
        Start(incident.Opened, incident.Id);
        _json.WriteStartObject("secstream");
        _json.WriteString("tenant", tenant);
        _json.WriteString("status", "withdrawn");
        WriteRevision(revision);
        if (supersededBy is not null)
        {
            _json.WriteString("superseded_by", supersededBy);
        }

        DocumentText.WriteEntity(_json, entity);
        _json.WriteStartObject("incident");
        return End();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Start(long opened, string id)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        DocumentText.WriteTime(_json, "@timestamp", opened);
        _json.WriteStartObject("event");
        _json.WriteString("kind", "alert");
        _json.WriteString("id", id);
        _json.WriteEndObject();
    }

    private ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan;
    }

    private void WriteRevision(int? revision)
    {
        if (revision is { } number)
        {
            _json.WriteNumber("revision", number);
        }
    }

    private void WriteLinks(string name, LinkedValue[] links, int distinct)
    {
        if (links.Length == 0)
        {
            return;
        }

        _json.WriteStartObject(name);
        _json.WriteNumber("distinct", distinct);
        _json.WriteStartArray("top");
        foreach (var link in links)
        {
            _json.WriteStartObject();
            _json.WriteString("value", link.Value);
            _json.WriteNumber("alerts", link.Alerts);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }
}
