using System.Text.Json;
using Confluent.Kafka;
using SecStream.Connectors.Journal;
using SecStream.Connectors.Segments;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Copies dead letters that came from Kafka to the topics of dead letters, behind the store on disk, which has them all: nothing waits for it and
/// nothing is lost while brokers are away, however long, unless the store itself lets go of letters. It keeps its place in a file; after a crash some letters come twice, under
/// the same id. One run at a time.
/// </summary>
/// <remarks>To be started when the store has gone back to its snapshot. Letters go in the order they were set aside; one that can't be written holds up those behind it.</remarks>
public sealed class KafkaDeadLetterFollower : IDisposable
{
    private const string Folder = "dead-letters";
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(500);

    private readonly string _template;
    private readonly KafkaDeadLetterOptions _bounds;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly KafkaWriter _writer;
    private readonly DeadLetterTail _tail;
    private readonly DeadLetterCursor _cursor;
    private KafkaDeadLetterStatus _status = new(0, 0, 0, 0, null, null);
    private DeadLetterPlace _place;
    private uint? _end;
    private TimeSpan _pause = s_firstRetry;

    /// <summary>Makes one; nothing is read or sent before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Names the topics of dead letters.</param>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="dataFolder">The data folder, which has the letters.</param>
    /// <param name="stateFolder">Folder for its place: <c>data/state/outbox</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told what is failing, cut or lost. May come on any thread.</param>
    /// <param name="bounds">Bounds; null: the defaults.</param>
    /// <exception cref="ArgumentException">The options name no topic of dead letters.</exception>
    public KafkaDeadLetterFollower(
        KafkaOptions options, KafkaClientSettings client, string dataFolder, string stateFolder, TimeProvider time, Action<string> report, KafkaDeadLetterOptions? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _template = options.DeadLetterTopic ?? throw new ArgumentException("the options name no topic of dead letters", nameof(options));
        (_bounds, _time, _report) = (bounds ?? new KafkaDeadLetterOptions(), time, report);
        _writer = new KafkaWriter(client, _bounds.Writer);
        _tail = new DeadLetterTail(Path.Combine(dataFolder, Folder), _bounds.BlockBytes, report);
        _cursor = new DeadLetterCursor(Path.Combine(stateFolder, "kafka-dead-letters.place"));
    }

    /// <summary>How things stand. Thread-safe.</summary>
    public KafkaDeadLetterStatus Status => Volatile.Read(ref _status);

    /// <summary>Sends what there is and what comes, until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var isPlaced = false;
        while (true)
        {
            TimeSpan rest;
            try
            {
                if (!isPlaced || _tail.EndOf(_place) != _end)
                {
                    FindPlace();
                    _end = _tail.EndOf(_place);
                    isPlaced = true;
                }

                rest = await SendSomeAsync(cancellation).ConfigureAwait(false) ? TimeSpan.Zero : _bounds.Interval;
                Note(failure: null);
                _pause = s_firstRetry;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or KafkaException or InvalidOperationException)
            {
                // Brokers away, a full disk, a client that can't be set up for want of a certificate: the letters are in the store, and are sent when it is over.
                Note(fault.Message);
                rest = _pause;
                _pause = _pause * 2 < _bounds.MaxRetry ? _pause * 2 : _bounds.MaxRetry;
            }

            await Task.Delay(rest, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>The newest place whose content is still the same; the store may have been cut back by a restart, or lost its oldest segments.</summary>
    private void FindPlace()
    {
        var places = _cursor.Places;
        for (var index = places.Count - 1; index >= 0; index--)
        {
            if (_tail.IsSame(places[index]))
            {
                _place = places[index];
                _cursor.CutBack(index + 1);
                return;
            }
        }

        var segments = _tail.Segments();
        _place = DeadLetterPlace.StartOf(segments.Count == 0 ? 0 : segments[0]);
        if (places.Count > 0 && segments.Count > 0 && segments[0] > places[^1].Segment)
        {
            var lost = Math.Max(0, segments[0] - places[^1].Next);
            _status = _status with { Lost = _status.Lost + lost };
            if (lost > 0)
            {
                _report($"dead letters to Kafka: {lost} letters were removed from the data folder before they could be sent; keep dead letters for longer (retention)");
            }
        }
        else if (places.Count > 0 && segments.Count > 0)
        {
            // Cut back further than places are kept: from the segment on in which the oldest of them stood.
            _place = DeadLetterPlace.StartOf(segments.Where(first => first <= places[0].Segment).DefaultIfEmpty(segments[0]).Last());
        }

        _cursor.CutBack(0);
    }

    /// <summary>Sends the next letters; false: there are none.</summary>
    private async Task<bool> SendSomeAsync(CancellationToken cancellation)
    {
        // Looked at before the segment is read: when there is a later one, what is read is all of this one.
        var later = _tail.Segments().FirstOrDefault(first => first > _place.Segment, -1);
        var start = _place;
        var content = _tail.Read(start);
        if (content.Length == 0 && later >= 0)
        {
            start = DeadLetterPlace.StartOf(later);
            content = _tail.Read(start);
        }

        if (content.Length == 0)
        {
            return false;
        }

        var (letters, length, count) = Letters(content);
        await SendAsync(letters, start.Segment, cancellation).ConfigureAwait(false);
        _place = start with { Offset = start.Offset + length, Next = start.Next + count, Checksum = Crc32C.Append(start.Checksum, content.AsSpan(0, length)) };
        _end = _tail.EndOf(_place);
        _cursor.Note(_place);
        return true;
    }

    private (List<StoredDeadLetter> Letters, int Length, int Count) Letters(byte[] content)
    {
        var letters = new List<StoredDeadLetter>();
        var (length, count) = (0, 0);
        while (length < content.Length && count < _bounds.BatchLetters)
        {
            var line = content.AsMemory(length, content.AsSpan(length).IndexOf((byte)'\n'));
            length += line.Length + 1;
            count++;
            if (TryRead(line) is { } letter)
            {
                letters.Add(letter);
            }
            else
            {
                _report("dead letters to Kafka: a stored letter can't be read, and is left out");
            }
        }

        return (letters, length, count);
    }

    private static StoredDeadLetter? TryRead(ReadOnlyMemory<byte> line)
    {
        try
        {
            return DeadLetterStore.TryRead(line);
        }
        catch (JsonException)
        {
            // Damaged on disk; the caller says so.
            return null;
        }
    }

    private async Task SendAsync(List<StoredDeadLetter> letters, long segment, CancellationToken cancellation)
    {
        var file = Path.Combine(Folder, Path.GetFileName(SegmentName.Raw(Folder, segment)));
        while (true)
        {
            var records = letters.Select(letter => DeadLetterRecord.Of(letter, _template, _writer.MaxBytes, file)).OfType<KafkaRecord>().ToList();
            try
            {
                await _writer.SendAsync(records, cancellation).ConfigureAwait(false);
                var spilled = records.Count(record => record.Headers[^1].Name == DeadLetterRecord.Spilled);
                _status = _status with { Sent = _status.Sent + records.Count, Spilled = _status.Spilled + spilled };
                if (spilled > 0)
                {
                    _report($"dead letters to Kafka: {spilled} letters are larger than the broker takes ({_writer.MaxBytes} bytes); their bytes lie in {file}");
                }

                return;
            }
            catch (KafkaWriteException fault) when (fault.IsTooLarge && _writer.TryShrink())
            {
                // The topic's own limit is lower than ours; what is larger stays in the data folder.
                _report($"{fault.Message}: records of dead letters are at most {_writer.MaxBytes} bytes from now on; raise max.message.bytes of the topic, and restart");
            }
        }
    }

    private void Note(string? failure)
    {
        // Once for each time it is failing: the words differ from attempt to attempt.
        if ((failure is null) != (_status.Error is null))
        {
            _report($"dead letters to Kafka: {failure ?? "they are taken again"}");
        }

        Volatile.Write(ref _status, _status with
        {
            Lag = _tail.CountFrom(_place), Error = failure, FailingSince = failure is null ? null : _status.FailingSince ?? _time.GetUtcNow(),
        });
    }
}
