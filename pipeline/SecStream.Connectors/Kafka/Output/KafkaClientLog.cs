using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>What a client says of its connections; the last of it explains why something failed. Thread-safe; bounded.</summary>
internal sealed class KafkaClientLog
{
    private const int MaxLines = 50;
    private readonly Lock _lock = new();
    private readonly Queue<(ErrorCode Code, string Text)> _lines = new();

    /// <summary>The last line; null: none.</summary>
    public string? Last
    {
        get
        {
            lock (_lock)
            {
                // That all brokers are down says nothing of why; the line before it does.
                return _lines.Where(line => line.Code != ErrorCode.Local_AllBrokersDown).Concat(_lines).Select(line => line.Text).LastOrDefault(text => !IsGeneral(text))
                    ?? _lines.Select(line => line.Text).LastOrDefault();
            }
        }
    }

    /// <summary>All lines kept, in order.</summary>
    public IReadOnlyList<(ErrorCode Code, string Text)> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(Error error) => Add(error.Code, error.Reason);

    /// <summary>Lines of the level warning and worse; the rest is chatter.</summary>
    public void Add(LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning)
        {
            // Which of its threads says so is of no use to anybody here.
            var text = message.Message;
            var end = text.StartsWith("[thrd:", StringComparison.Ordinal) ? text.IndexOf("]: ", StringComparison.Ordinal) : -1;
            Add(ErrorCode.NoError, end < 0 ? text : text[(end + 3)..]);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
        }
    }

    private static bool IsGeneral(string text) => text.Contains("brokers are down", StringComparison.Ordinal);

    private void Add(ErrorCode code, string text)
    {
        lock (_lock)
        {
            if (_lines.Count == MaxLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue((code, text));
        }
    }
}
