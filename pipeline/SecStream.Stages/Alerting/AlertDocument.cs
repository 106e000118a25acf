using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>The incident an alert belongs to, as its document names it.</summary>
/// <param name="Id">Incident id.</param>
/// <param name="Opened">Opening of its first alert, microseconds.</param>
public readonly record struct IncidentLink(string Id, long Opened);

/// <summary>What a document says beyond the alert itself.</summary>
public readonly record struct AlertState
{
    /// <summary>The incident, once known.</summary>
    public IncidentLink? Incident { get; init; }

    /// <summary>The alert is not one, after a correction.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Id of the alert that took the place of a withdrawn one.</summary>
    public string? SupersededBy { get; init; }
}

/// <summary>
/// Writes alert documents (<c>infra/schemas/alert.schema.json</c>): one line of JSON, fields in fixed order, ECS names. The document is a function
/// of alert, rule, state and versions; the revision, which depends on the run, is spliced in by <see cref="WithRevision"/>. Reuses its
/// buffers; not thread-safe.
/// </summary>
public sealed class AlertDocument : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly AlertVersions _versions;
    private readonly ResponseTimes _responseTimes;
    private int _revisionAt;

    /// <summary>Makes a writer.</summary>
    /// <param name="versions">Content hashes of what decided beside the rule: <c>rules</c>, <c>geoip</c>, <c>intel</c>, <c>context</c>, <c>build</c> … Written in order of name.</param>
    /// <param name="responseTimes">Response time per severity; <see cref="ResponseTimes.Default"/> when null.</param>
    public AlertDocument(IReadOnlyDictionary<string, string> versions, ResponseTimes? responseTimes = null)
        : this(new AlertVersions([], versions), responseTimes)
    {
    }

    /// <summary>Makes a writer; an alert cites what was in force when it opened.</summary>
    /// <param name="versions">What was in force when.</param>
    /// <param name="responseTimes">Response time per severity; <see cref="ResponseTimes.Default"/> when null.</param>
    public AlertDocument(AlertVersions versions, ResponseTimes? responseTimes = null)
    {
        _versions = versions;
        _responseTimes = responseTimes ?? ResponseTimes.Default;
        _json = new(_buffer, DocumentText.Options);
    }

    /// <summary>Writes a document without revision and without line end. The bytes are valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(Alert alert, AlertRule rule, in AlertState state)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        var subject = AlertSubject.Of(alert, rule);
        _json.WriteStartObject();
        DocumentText.WriteTime(_json, "@timestamp", alert.Opened);
        WriteEvent(alert, rule);
        WriteRule(rule);
        _json.WriteString("message", AlertSentence.Write(alert, rule));
        DocumentText.WriteList(_json, "tags", rule.Tags);
        WriteWho(alert, subject);
        ThreatTags.Write(_json, rule.Tags);
        WriteOurs(alert, rule, state);
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan;
    }

    /// <summary>A copy of the document written last, with its revision.</summary>
    /// <param name="revision">From 1.</param>
    public byte[] WithRevision(int revision)
    {
        Span<byte> digits = stackalloc byte[12];
        Utf8Formatter.TryFormat(revision, digits, out var length);
        var name = ",\"revision\":"u8;
        var written = _buffer.WrittenSpan;
        var copy = new byte[written.Length + name.Length + length];
        written[.._revisionAt].CopyTo(copy);
        name.CopyTo(copy.AsSpan(_revisionAt));
        digits[..length].CopyTo(copy.AsSpan(_revisionAt + name.Length));
        written[_revisionAt..].CopyTo(copy.AsSpan(_revisionAt + name.Length + length));
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteEvent(Alert alert, AlertRule rule)
    {
        _json.WriteStartObject("event");
        _json.WriteString("kind", "alert");
        _json.WriteString("id", alert.Id);
        if (alert.Actions is [var action])
        {
            _json.WriteString("action", action.Value);
        }

        DocumentText.WriteTime(_json, "start", alert.Start);
        DocumentText.WriteTime(_json, "end", alert.End);
        _json.WriteNumber("severity", DocumentText.Score(rule.Severity));
        _json.WriteNumber("risk_score", DocumentText.Score(rule.Severity));
        _json.WriteEndObject();
    }

    private void WriteRule(AlertRule rule)
    {
        _json.WriteStartObject("rule");
        _json.WriteString("id", rule.Code);
        _json.WriteString("uuid", rule.Uuid);
        _json.WriteString("name", rule.Title);
        _json.WriteString("version", rule.Version);
        if (rule.Description.Length > 0)
        {
            _json.WriteString("description", rule.Description);
        }

        _json.WriteEndObject();
    }

    private void WriteWho(Alert alert, AlertSubject subject)
    {
        if (subject.Address is { } address)
        {
            _json.WriteStartObject("source");
            _json.WriteString("address", address);
            if (AlertEntity.IsAddress(address))
            {
                _json.WriteString("ip", address);
            }

            if (alert.Country is { Length: > 0 } country)
            {
                _json.WriteStartObject("geo");
                _json.WriteString("country_iso_code", country);
                _json.WriteEndObject();
            }

            _json.WriteEndObject();
        }

        WriteName("user", subject.User);
        WriteName("host", subject.Host);
        DocumentText.WriteRelated(
            _json,
            [.. alert.Addresses.Select(v => v.Value).Where(AlertEntity.IsAddress)],
            [.. alert.Users.Select(v => v.Value)],
            [.. alert.Hosts.Select(v => v.Value)]);
    }

    private void WriteName(string group, string? name)
    {
        if (name is not null)
        {
            _json.WriteStartObject(group);
            _json.WriteString("name", name);
            _json.WriteEndObject();
        }
    }

    private void WriteOurs(Alert alert, AlertRule rule, in AlertState state)
    {
        _json.WriteStartObject("secstream");
        _json.WriteString("tenant", alert.Tenant);
        _json.WriteString("severity", DocumentText.Name(rule.Severity));
        _json.WriteString("status", state.IsWithdrawn ? "withdrawn" : "open");
        _revisionAt = (int)(_json.BytesCommitted + _json.BytesPending);
        if (state.SupersededBy is { } other)
        {
            _json.WriteString("superseded_by", other);
        }

        DocumentText.WriteTime(_json, "due", alert.Opened + _responseTimes.For(rule.Severity));
        if (state.Incident is { } incident)
        {
            _json.WriteStartObject("incident");
            _json.WriteString("id", incident.Id);
            DocumentText.WriteTime(_json, "opened", incident.Opened);
            _json.WriteEndObject();
        }

        DocumentText.WriteEntity(_json, AlertEntity.Of(alert, rule));
        EvidenceText.Write(_json, alert, rule);
        if (alert.Anomaly is { } anomaly)
        {
            AnomalyText.Write(_json, anomaly);
        }

        WriteVersions(alert, rule);
        _json.WriteEndObject();
    }

    /// <summary>Only an alert about anomalies rests on a model: the one that judged its strongest window, which may not be the one in force when it opened.</summary>
    private void WriteVersions(Alert alert, AlertRule rule)
    {
        _json.WriteStartObject("versions");
        _json.WriteString("rule", rule.Version);
        var model = alert.Anomaly?.Model;
        foreach (var (name, version) in _versions.At(alert.Opened))
        {
            if (model is not null && string.CompareOrdinal(name, "models") > 0)
            {
                _json.WriteString("models", model);
                model = null;
            }

            if (name != "models")
            {
                _json.WriteString(name, version);
            }
        }

        if (model is not null)
        {
            _json.WriteString("models", model);
        }

        _json.WriteEndObject();
    }
}
