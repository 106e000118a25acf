using System.Globalization;
using System.Text;
using SecStream.Connectors.Segments;
using SecStream.Core.Text;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// The record of a dead letter that came from Kafka: the original bytes as they were, and headers that say where it stood and why it could not be
/// parsed. Pure.
/// </summary>
public static class DeadLetterRecord
{
    /// <summary>Id of the letter, a function of source, offset and bytes: the same when it comes twice.</summary>
    public const string Id = "secstream-id";

    /// <summary>Topic it came from.</summary>
    public const string SourceTopic = "secstream-source-topic";

    /// <summary>Partition it came from.</summary>
    public const string SourcePartition = "secstream-source-partition";

    /// <summary>Its offset there.</summary>
    public const string SourceOffset = "secstream-source-offset";

    /// <summary>Error class.</summary>
    public const string ErrorType = "secstream-error-type";

    /// <summary>The error in words.</summary>
    public const string ErrorText = "secstream-error-text";

    /// <summary>When it was set aside, ISO 8601, UTC.</summary>
    public const string Time = "secstream-time";

    /// <summary>Its bytes are more than the broker takes, and the value is empty: the file of the data folder that has them. Else absent.</summary>
    public const string Spilled = "secstream-spilled";

    private const string Scheme = "kafka:";
    private const string TopicPlace = "{topic}";

    /// <summary>The record of a letter; null: it did not come from Kafka, or from the topic that it would be written to.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="template">Name of the topic of dead letters, with <c>{topic}</c> for the topic.</param>
    /// <param name="maxBytes">Bytes the broker takes.</param>
    /// <param name="file">File that has the letter.</param>
    public static KafkaRecord? Of(StoredDeadLetter letter, string template, int maxBytes, string file)
    {
        ArgumentNullException.ThrowIfNull(letter);
        ArgumentNullException.ThrowIfNull(template);
        var slash = letter.Source.LastIndexOf('/');
        if (!letter.Source.StartsWith(Scheme, StringComparison.Ordinal) || slash <= Scheme.Length)
        {
            return null;
        }

        var (topic, partition) = (letter.Source[Scheme.Length..slash], letter.Source[(slash + 1)..]);
        var target = template.Replace(TopicPlace, topic, StringComparison.Ordinal);
        if (target == topic)
        {
            // It would be read, set aside and written again for ever.
            return null;
        }

        var record = new KafkaRecord(target, null, letter.Bytes.ToArray(), Headers(letter, topic, partition));
        return record.Bytes <= maxBytes ? record : record with { Value = [], Headers = [.. record.Headers, new KafkaHeader(Spilled, Encoding.UTF8.GetBytes(file))] };
    }

    private static List<KafkaHeader> Headers(StoredDeadLetter letter, string topic, string partition)
    {
        var headers = new List<KafkaHeader>(8);
        Span<byte> time = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(letter.Time, time);
        AlertHeaders.Add(headers, Id, letter.Key);
        AlertHeaders.Add(headers, SourceTopic, topic);
        AlertHeaders.Add(headers, SourcePartition, partition);
        AlertHeaders.Add(headers, SourceOffset, letter.Position.ToString(CultureInfo.InvariantCulture));
        AlertHeaders.Add(headers, ErrorType, letter.Class);
        AlertHeaders.Add(headers, ErrorText, $"{letter.Bytes.Length} bytes could not be parsed: {letter.Class.Replace('_', ' ')}");
        AlertHeaders.Add(headers, Time, Encoding.ASCII.GetString(time));
        return headers;
    }
}
