using System.Buffers;
using System.Text.Json;

namespace SecStream.Connectors.Http.Bulk;

/// <summary>The answer to a bulk request, as Elasticsearch 8 writes it.</summary>
internal sealed class BulkAnswer(FilterPath filter, Func<string> newId)
{
    private readonly bool _took = filter.Wants("took");
    private readonly bool _errors = filter.Wants("errors");
    private readonly Dictionary<string, Parts> _parts = [];

    /// <summary>Writes the whole answer.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="items">What became of the actions.</param>
    /// <param name="hasErrors">Whether one was refused.</param>
    /// <param name="took">Whole milliseconds it took.</param>
    /// <param name="firstSequence">Sequence number of the first document accepted.</param>
    /// <param name="flush">Sends what has been written, at times.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task WriteAsync(
        IBufferWriter<byte> target, IReadOnlyList<BulkItem> items, bool hasErrors, long took, long firstSequence,
        Func<CancellationToken, ValueTask> flush, CancellationToken cancellation)
    {
        await using var writer = new Utf8JsonWriter(target);
        writer.WriteStartObject();

        // Fluent Bit looks at the beginning of a long answer only, and Beats read up to the items: errors come first, as in Elasticsearch 8.
        if (_errors)
        {
            writer.WriteBoolean("errors"u8, hasErrors);
        }

        if (_took)
        {
            writer.WriteNumber("took"u8, took);
        }

        var sequence = firstSequence;
        var open = false;
        foreach (var item in items)
        {
            var parts = PartsOf(item.Action);
            if (parts.Has(item.Reason is not null))
            {
                if (!open)
                {
                    writer.WriteStartArray("items"u8);
                    open = true;
                }

                Write(writer, item, parts, sequence);
            }

            sequence += item.Reason is null ? 1 : 0;
            if (writer.BytesPending > 32 * 1024)
            {
                await writer.FlushAsync(cancellation).ConfigureAwait(false);
                await flush(cancellation).ConfigureAwait(false);
            }
        }

        if (open)
        {
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private void Write(Utf8JsonWriter writer, in BulkItem item, Parts parts, long sequence)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(item.Action);
        Text(writer, parts.Index, "_index", item.Index);
        Text(writer, parts.Id, "_id", item.Id ?? (parts.Id ? newId() : ""));
        if (item.Reason is null)
        {
            Number(writer, parts.Version, "_version", 1);
            Text(writer, parts.Outcome, "result", "created");
            if (parts.Shards)
            {
                writer.WriteStartObject("_shards"u8);
                writer.WriteNumber("total"u8, 1);
                writer.WriteNumber("successful"u8, 1);
                writer.WriteNumber("failed"u8, 0);
                writer.WriteEndObject();
            }

            Number(writer, parts.Sequence, "_seq_no", sequence);
            Number(writer, parts.Term, "_primary_term", 1);
            Number(writer, parts.Status, "status", 201);
        }
        else
        {
            Number(writer, parts.Status, "status", 400);
            if (parts.Error)
            {
                writer.WriteStartObject("error"u8);
                writer.WriteString("type"u8, item.ErrorKind);
                writer.WriteString("reason"u8, item.Reason);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, bool wanted, string name, string value)
    {
        if (wanted)
        {
            writer.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter writer, bool wanted, string name, long value)
    {
        if (wanted)
        {
            writer.WriteNumber(name, value);
        }
    }

    private Parts PartsOf(string action)
    {
        if (!_parts.TryGetValue(action, out var parts))
        {
            bool Wants(string name) => filter.Wants("items", action, name);
            parts = new Parts(Wants("_index"), Wants("_id"), Wants("_version"), Wants("result"), Wants("_shards"), Wants("_seq_no"), Wants("_primary_term"),
                Wants("status"), Wants("error"));
            _parts.Add(action, parts);
        }

        return parts;
    }

    /// <summary>Which members of an item are wanted; Elasticsearch leaves out objects of which nothing is.</summary>
    private sealed record Parts(bool Index, bool Id, bool Version, bool Outcome, bool Shards, bool Sequence, bool Term, bool Status, bool Error)
    {
        public bool Has(bool refused) => Index || Id || Status || (refused ? Error : Version || Outcome || Shards || Sequence || Term);
    }
}
