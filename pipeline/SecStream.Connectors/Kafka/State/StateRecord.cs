using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.State;

/// <summary>What a record of the state log says.</summary>
public enum StateKind : byte
{
    /// <summary>A member takes the lead. Its offset is the epoch of what it writes from then on.</summary>
    Lead = 1,

    /// <summary>The leader lives.</summary>
    Beat = 2,

    /// <summary>The leader leaves in order: anybody may take the lead at once.</summary>
    Leave = 3,

    /// <summary>Lines of the control log, as they stand in its file.</summary>
    Control = 4,

    /// <summary>Lines of the outbox, as they stand in its file.</summary>
    Outbox = 5,

    /// <summary>A snapshot is whole: where its parts are (<see cref="StateManifest"/>).</summary>
    Snapshot = 6,

    /// <summary>A version of rules or files is whole: where its parts are.</summary>
    Version = 7,

    /// <summary>A part of a file. Found by its place, which a later record names.</summary>
    Part = 8,
}

/// <summary>A record of the state log.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Epoch">Epoch of who wrote it; of a <see cref="StateKind.Lead"/> its own offset is the epoch.</param>
/// <param name="Position">Place in the outbox of its first byte; number of its first line in the control log; else 0.</param>
/// <param name="Value">What it holds.</param>
public readonly record struct StateRecord(StateKind Kind, long Epoch, long Position, byte[] Value)
{
    private const string Header = "s";
    private const int HeaderBytes = 17;

    /// <summary>As it is written. The key is for people who look at the topic.</summary>
    internal Message<byte[]?, byte[]> ToMessage()
    {
        var header = new byte[HeaderBytes];
        header[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(1), Epoch);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(9), Position);
        return new Message<byte[]?, byte[]>
        {
            Key = Encoding.ASCII.GetBytes(Kind.ToString().ToLowerInvariant()),
            Value = Value,
            Headers = new Headers { { Header, header } },
        };
    }

    /// <summary>As it was read; null: it is none of ours.</summary>
    internal static StateRecord? Of(Message<byte[]?, byte[]?> message) =>
        message.Value is { } value && message.Headers is { } headers && headers.TryGetLastBytes(Header, out var header) && header.Length == HeaderBytes
            ? new StateRecord((StateKind)header[0], BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(1)), BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(9)), value)
            : null;
}
