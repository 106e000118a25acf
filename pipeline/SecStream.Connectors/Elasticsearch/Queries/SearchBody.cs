using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>
/// Writes the body of a search. Values only ever become JSON strings and numbers through the writer, so nothing that people type can change the question.
/// </summary>
internal sealed class SearchBody : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public SearchBody() => Json = new Utf8JsonWriter(_buffer);

    public Utf8JsonWriter Json { get; }

    /// <summary>The body; ends the writing.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <summary>Begins a query of conditions that all must hold: to be followed by conditions and <see cref="EndFilter"/>.</summary>
    public void BeginFilter()
    {
        Json.WriteStartObject("query");
        Json.WriteStartObject("bool");
        Json.WriteStartArray("filter");
    }

    public void EndFilter()
    {
        Json.WriteEndArray();
        Json.WriteEndObject();
        Json.WriteEndObject();
    }

    /// <summary>A condition: the field has the value.</summary>
    public void Term(string field, string value) => Leaf("term", field, json => json.WriteStringValue(value));

    /// <summary>A condition: the flag is set.</summary>
    public void Flag(string field) => Leaf("term", field, json => json.WriteBooleanValue(true));

    /// <summary>A condition: the field has one of the values.</summary>
    public void Terms(string field, IEnumerable<string> values) => Leaf("terms", field, json =>
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    });

    /// <summary>A condition: the field has one of the numbers.</summary>
    public void Terms(string field, IEnumerable<int> values) => Leaf("terms", field, json =>
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    });

    /// <summary>A condition: the field begins with the value.</summary>
    public void Prefix(string field, string value) => Leaf("prefix", field, json => json.WriteStringValue(value));

    /// <summary>A condition: the field has the value as a part. What means something in a pattern is escaped.</summary>
    public void Part(string field, string value) => Leaf("wildcard", field, json =>
    {
        json.WriteStartObject();
        json.WriteString("value", $"*{Escape(value)}*");
        json.WriteEndObject();
    });

    /// <summary>A condition: the number is at or above, and below; nothing is written when neither is given.</summary>
    public void Range(string field, long? from, long? until)
    {
        if (from is null && until is null)
        {
            return;
        }

        Leaf("range", field, json =>
        {
            json.WriteStartObject();
            if (from is { } least)
            {
                json.WriteNumber("gte", least);
            }

            if (until is { } end)
            {
                json.WriteNumber("lt", end);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>A condition that nothing meets.</summary>
    public void Nothing()
    {
        Json.WriteStartObject();
        Json.WriteStartObject("match_none");
        Json.WriteEndObject();
        Json.WriteEndObject();
    }

    /// <summary>A condition: one of several holds.</summary>
    public void Any(params IReadOnlyList<Action> conditions) => Bool("should", conditions, json => json.WriteNumber("minimum_should_match", 1));

    /// <summary>A condition: all hold.</summary>
    public void All(params IReadOnlyList<Action> conditions) => Bool("filter", conditions, _ => { });

    /// <summary>A condition: none holds.</summary>
    public void None(params IReadOnlyList<Action> conditions) => Bool("must_not", conditions, _ => { });

    /// <summary>A field to sort by, within an array.</summary>
    public void SortBy(string field, bool ascending, string type, string? numericType = null)
    {
        Json.WriteStartObject();
        Json.WriteStartObject(field);
        Json.WriteString("order", ascending ? "asc" : "desc");
        Json.WriteString("unmapped_type", type);
        if (numericType is not null)
        {
            Json.WriteString("numeric_type", numericType);
        }

        Json.WriteEndObject();
        Json.WriteEndObject();
    }

    public void Dispose() => Json.Dispose();

    /// <summary>Where a page ends, as a text that the next question brings back: a number and an id.</summary>
    public static string Token(long number, string id) => string.Create(CultureInfo.InvariantCulture, $"{number}:{id}");

    /// <summary>Reads such a text.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static (long Number, string Id) ParseToken(string token)
    {
        var colon = token.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(token.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? (number, token[(colon + 1)..])
            : throw new ArgumentException($"after '{token}': give back what the page before named as next");
    }

    private static string Escape(string value) =>
        value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("*", @"\*", StringComparison.Ordinal).Replace("?", @"\?", StringComparison.Ordinal);

    private void Leaf(string kind, string field, Action<Utf8JsonWriter> value)
    {
        Json.WriteStartObject();
        Json.WriteStartObject(kind);
        Json.WritePropertyName(field);
        value(Json);
        Json.WriteEndObject();
        Json.WriteEndObject();
    }

    private void Bool(string occurrence, IReadOnlyList<Action> conditions, Action<Utf8JsonWriter> more)
    {
        Json.WriteStartObject();
        Json.WriteStartObject("bool");
        Json.WriteStartArray(occurrence);
        foreach (var condition in conditions)
        {
            condition();
        }

        Json.WriteEndArray();
        more(Json);
        Json.WriteEndObject();
        Json.WriteEndObject();
    }
}
