using System.Buffers;
using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>What becomes of single documents.</summary>
internal sealed partial class BulkSender
{
    private const int LetterText = 1024;

    /// <summary>Takes in an answer; null when all were dealt with, or can be sent again at once.</summary>
    private TimeSpan? Take(PendingDocuments pending, int from, int to, ElasticsearchAnswer answer)
    {
        if (BulkStatuses.IsAllWell(answer.Body.Span))
        {
            for (var i = from; i < to; i++)
            {
                pending.MarkDone(i);
            }

            Interlocked.Add(ref Health.Sent, to - from);
            return null;
        }

        var statuses = ArrayPool<BulkStatus>.Shared.Rent(to - from);
        try
        {
            BulkStatuses.Read(answer.Body, statuses.AsSpan(0, to - from));
            return Take(pending, from, statuses.AsSpan(0, to - from)) ? answer.RetryAfter ?? TimeSpan.Zero : null;
        }
        finally
        {
            ArrayPool<BulkStatus>.Shared.Return(statuses, clearArray: true);
        }
    }

    /// <summary>True: some are to be sent again later.</summary>
    private bool Take(PendingDocuments pending, int from, ReadOnlySpan<BulkStatus> statuses)
    {
        var (sent, conflicts, again, letters) = (0, 0, 0, 0);
        var cause = default(BulkStatus);
        for (var i = 0; i < statuses.Length; i++)
        {
            var status = statuses[i];
            if (status.IsDone)
            {
                pending.MarkDone(from + i);
                sent += status.Status == 409 ? 0 : 1;
                conflicts += status.Status == 409 ? 1 : 0;
            }
            else if (status.IsDocument)
            {
                letters += Refuse(pending, from + i, status) ? 1 : 0;
            }
            else
            {
                again++;
                cause = status;
            }
        }

        if (letters > 0)
        {
            _refused.Flush();
        }

        Interlocked.Add(ref Health.Sent, sent);
        Interlocked.Add(ref Health.Conflicts, conflicts);
        Interlocked.Add(ref Health.Retries, again);
        if (again > 0)
        {
            Health.Failed($"Elasticsearch did not take {again} of {statuses.Length} events (status {cause.Status}): {cause.Text}", SendMends.Of(cause));
        }

        return again > 0;
    }

    /// <summary>A document that is refused as it is goes once more as text; when that is refused too it is a dead letter. True: it is one.</summary>
    private bool Refuse(PendingDocuments pending, int i, BulkStatus status)
    {
        if (pending.IsReplaced(i) || status.Status == 413)
        {
            PutAside(pending, i, status.Status == 413 ? SendHealth.TooLarge : status.Type ?? "none", status.Text);
            return true;
        }

        var document = pending.DocumentOf(i);
        using var parsed = StoredDocument.Parse(document);
        var id = (parsed is null ? null : StoredDocument.Id(parsed.RootElement)) ?? pending.NamesOf(i).Id;
        pending.Replace(i, UnindexedDocument.Wrap(document, id, parsed is null ? pending.SinceOf(i) : StoredDocument.Time(parsed.RootElement)));
        Interlocked.Increment(ref Health.Unindexed);
        return false;
    }

    private void PutAside(PendingDocuments pending, int i, string type, string reason)
    {
        var document = pending.DocumentOf(i).Span;
        var letter = new ArrayBufferWriter<byte>(512 + (document.Length * 3));
        using (var json = new Utf8JsonWriter(letter))
        {
            json.WriteStartObject();
            json.WriteString("@timestamp", EventClock.ToInstant(EventClock.ToMicroseconds(_time.GetUtcNow())).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("source", "elasticsearch");
            json.WriteNumber("position", pending.PlaceOf(i));
            json.WriteNumber("length", document.Length);
            json.WriteStartObject("error");
            json.WriteString("type", "refused");
            json.WriteString("message", reason);
            json.WriteEndObject();
            json.WriteString("text", System.Text.Encoding.UTF8.GetString(document[..Math.Min(document.Length, LetterText)]));
            json.WriteBase64String("bytes", document);
            json.WriteEndObject();
        }

        letter.Write("\n"u8);
        _refused.Add(letter.WrittenSpan);
        pending.MarkDone(i);
        if (Health.Refuse(type))
        {
            _report($"Elasticsearch refuses an event: {reason}. It is kept as a dead letter (source elasticsearch), as further ones will be");
        }
    }

    /// <summary>
    /// Leaves out what is in a stream already: of documents that are older than the index now written to only a search tells whether an older one has them.
    /// </summary>
    private async Task LeaveOutSentAsync(PendingDocuments pending, CancellationToken cancellation)
    {
        var mayBeAgain = pending.IsSuspect || pending.Oldest < _started + SendTimings.Margin;
        var ages = await _ages.ReadAsync(mayBeAgain ? _timings.KnownForAgain : _timings.KnownFor, cancellation).ConfigureAwait(false);
        if (pending.Oldest - SendTimings.Margin >= ages.Newest)
        {
            return;
        }

        var asked = new Dictionary<string, List<(int Index, string Id)>>(StringComparer.Ordinal);
        for (var i = 0; i < pending.Count; i++)
        {
            var since = pending.SinceOf(i) - SendTimings.Margin;
            if (since < ages.Newest && pending.NamesOf(i) is var (stream, id) && ages.Created.TryGetValue(stream, out var created) && since < created)
            {
                (asked.TryGetValue(stream, out var list) ? list : asked[stream] = []).Add((i, id));
            }
        }

        foreach (var (stream, documents) in asked)
        {
            var isRecent = EventClock.ToMicroseconds(ages.At) - ages.Created[stream] < SendTimings.Margin;
            var found = await _before.FindAsync(stream, [.. documents.Select(document => document.Id)], isRecent, cancellation).ConfigureAwait(false);
            foreach (var (index, _) in documents.Where(document => found.Contains(document.Id)))
            {
                pending.MarkDone(index);
                Interlocked.Increment(ref Health.Conflicts);
            }
        }

        pending.Compact();
    }
}
