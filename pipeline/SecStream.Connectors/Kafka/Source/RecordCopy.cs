using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>
/// Copies the value of a record out of the client's memory into one buffer that is used again, so that a record costs no array. The value is good
/// until the next record. One thread.
/// </summary>
internal sealed class RecordCopy : IDeserializer<int>
{
    private const int KeptBytes = 1 << 20;

    private byte[] _buffer = new byte[64 << 10];
    private int _length;

    /// <summary>The value, without a line end.</summary>
    public ReadOnlySpan<byte> Value => _buffer.AsSpan(0, _length);

    /// <summary>The record has no value.</summary>
    public bool IsTombstone { get; private set; }

    /// <inheritdoc/>
    public int Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        IsTombstone = isNull;
        data = data is [.., (byte)'\n'] ? data[..^1] : data;
        data = data is [.., (byte)'\r'] ? data[..^1] : data;
        if (_buffer.Length < data.Length || (_buffer.Length > KeptBytes && data.Length <= KeptBytes))
        {
            _buffer = new byte[data.Length <= KeptBytes ? KeptBytes : data.Length];
        }

        data.CopyTo(_buffer);
        _length = data.Length;
        return _length;
    }
}
