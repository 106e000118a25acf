using System.Runtime.CompilerServices;
using SecStream.Core.Fields;

namespace SecStream.Core.Events;

/// <summary>
/// One event as the hot path sees it: the raw bytes it came in, and a table field id → typed value whose texts are slices of those bytes or
/// of a scratch buffer. A worker owns one record and refills it for every event, so an event allocates nothing.
/// Not thread-safe; a value is good until the next <see cref="Reset"/>.
/// </summary>
public sealed class EventRecord(int fieldCount)
{
    private FieldValue[] _values = new FieldValue[fieldCount];
    private int[] _stamps = new int[fieldCount];
    private int[] _present = new int[fieldCount];
    private byte[] _scratch = new byte[4096];
    private int _scratchLength;
    private int _generation = 1;
    private byte[] _raw = [];

    /// <summary>The buffer that holds the raw bytes; value offsets count from its start.</summary>
    public byte[] RawBuffer => _raw;

    /// <summary>Start of this event's bytes in <see cref="RawBuffer"/>.</summary>
    public int RawStart { get; private set; }

    /// <summary>Length of this event's bytes, without the line end.</summary>
    public int RawLength { get; private set; }

    /// <summary>The event's bytes as they came in, without the line end.</summary>
    public ReadOnlySpan<byte> Raw => _raw.AsSpan(RawStart, RawLength);

    /// <summary>Event time, microseconds since 1970 UTC. A parser must set it.</summary>
    public long Time { get; set; }

    /// <summary>How many occurrences the event stands for (<c>message repeated N times</c>); 1 otherwise.</summary>
    public int Count { get; set; } = 1;

    /// <summary>Which kind of failed-login line this is, when it belongs to a login session of a host (<see cref="LoginLine"/>).</summary>
    public LoginLine LoginLine { get; set; }

    /// <summary>The document going out is the raw JSON with our fields spliced in (ECS input), not a new document made from the table.</summary>
    public bool IsEcsJson { get; set; }

    /// <summary>
    /// The identity the parser declares unique across re-sends (<c>event.id</c>, or agent + file + offset of a Filebeat event), 0 length when
    /// there is none and the source position identifies the event.
    /// </summary>
    public ReadOnlySpan<byte> GivenId => _scratch.AsSpan(_givenIdOffset, _givenIdLength);

    private int _givenIdOffset;
    private int _givenIdLength;

    /// <summary>Arrival time the record itself carries (a shipper's read time), microseconds since 1970 UTC; <see cref="long.MinValue"/> when unknown.</summary>
    public long ArrivalTime { get; set; } = long.MinValue;

    /// <summary>
    /// When the sender says the record was sent, microseconds since 1970 UTC; <see cref="long.MinValue"/> when unknown. Good for the year of a line that has
    /// none, and only while it is parsed.
    /// </summary>
    public long SentTime { get; set; } = long.MinValue;

    /// <summary>The source address as a 128-bit number (IPv4 as ::ffff:a.b.c.d), set by enrichment; meaningful when <see cref="HasSourceIp"/>.</summary>
    public UInt128 SourceIp { get; set; }

    /// <summary><see cref="SourceIp"/> holds an address.</summary>
    public bool HasSourceIp { get; set; }

    /// <summary>Number of fields set.</summary>
    public int PresentCount { get; private set; }

    /// <summary>Ids of the fields set, in the order they were set.</summary>
    public ReadOnlySpan<int> Present => _present.AsSpan(0, PresentCount);

    /// <summary>Starts a new event over <paramref name="length"/> bytes of <paramref name="buffer"/>.</summary>
    public void Reset(byte[] buffer, int start, int length)
    {
        _raw = buffer;
        RawStart = start;
        RawLength = length;
        PresentCount = 0;
        _scratchLength = 0;
        _givenIdLength = 0;
        Time = 0;
        Count = 1;
        LoginLine = LoginLine.None;
        IsEcsJson = false;
        HasSourceIp = false;
        ArrivalTime = long.MinValue;
        SentTime = long.MinValue;
        if (++_generation == int.MaxValue)
        {
            Array.Clear(_stamps);
            _generation = 1;
        }
    }

    /// <summary>Makes room for the fields that were added to the catalog since this record was made.</summary>
    public void EnsureFieldCount(int count)
    {
        if (count <= _values.Length)
        {
            return;
        }

        Array.Resize(ref _values, count);
        Array.Resize(ref _stamps, count);
        Array.Resize(ref _present, count);
    }

    /// <summary>Whether the field is set (a JSON null counts as set).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int field) => _stamps[field] == _generation;

    /// <summary>The value of a field; <see cref="FieldKind.None"/> when it is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldValue Get(int field) => _stamps[field] == _generation ? _values[field] : default;

    /// <summary>A reference to a field's slot, marked present; the caller fills it. For parsers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref FieldValue Slot(int field)
    {
        if (_stamps[field] != _generation)
        {
            _stamps[field] = _generation;
            _present[PresentCount++] = field;
        }

        return ref _values[field];
    }

    /// <summary>The text of a value: of numbers and booleans what they were read from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Text(in FieldValue value) => (value.InScratch ? _scratch : _raw).AsSpan(value.Offset, value.Length);

    /// <summary>The text of a field; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Text(int field) => _stamps[field] == _generation ? Text(in _values[field]) : default;

    /// <summary>Sets a text that is a slice of the raw buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetSlice(int field, int offset, int length)
    {
        ref var slot = ref Slot(field);
        slot.Kind = FieldKind.Text;
        slot.InScratch = false;
        slot.Offset = offset;
        slot.Length = length;
    }

    /// <summary>Sets a text that is a slice of the raw bytes: <paramref name="slice"/> must point into <see cref="Raw"/>.</summary>
    public void SetSlice(int field, ReadOnlySpan<byte> slice)
    {
        if (slice.IsEmpty)
        {
            SetSlice(field, RawStart, 0);
            return;
        }

        var offset = (int)Unsafe.ByteOffset(ref _raw[0], ref Unsafe.AsRef(in slice[0]));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + slice.Length, _raw.Length);
        SetSlice(field, offset, slice.Length);
    }

    /// <summary>Sets a text by copying it to the scratch buffer.</summary>
    public void SetText(int field, ReadOnlySpan<byte> text)
    {
        var offset = AppendScratch(text);
        ref var slot = ref Slot(field);
        slot.Kind = FieldKind.Text;
        slot.InScratch = true;
        slot.Offset = offset;
        slot.Length = text.Length;
    }

    /// <summary>Sets an integer; its text form is made too.</summary>
    public void SetInteger(int field, long value)
    {
        Span<byte> text = stackalloc byte[20];
        value.TryFormat(text, out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        var offset = AppendScratch(text[..written]);
        ref var slot = ref Slot(field);
        slot.Kind = FieldKind.Integer;
        slot.InScratch = true;
        slot.Offset = offset;
        slot.Length = written;
        slot.Bits = value;
    }

    /// <summary>Sets a double; its shortest round-trip text form is made too.</summary>
    public void SetFloat(int field, double value)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        var offset = AppendScratch(text[..written]);
        ref var slot = ref Slot(field);
        slot.Kind = FieldKind.Float;
        slot.InScratch = true;
        slot.Offset = offset;
        slot.Length = written;
        slot.Bits = BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>Sets a boolean.</summary>
    public void SetBool(int field, bool value)
    {
        var text = value ? "true"u8 : "false"u8;
        var offset = AppendScratch(text);
        ref var slot = ref Slot(field);
        slot.Kind = FieldKind.Bool;
        slot.InScratch = true;
        slot.Offset = offset;
        slot.Length = text.Length;
        slot.Bits = value ? 1 : 0;
    }

    /// <summary>Copies a field to another (same text, same kind); does nothing when it is not there.</summary>
    public void Copy(int from, int to)
    {
        if (Has(from))
        {
            var value = _values[from];
            Slot(to) = value;
        }
    }

    /// <summary>Takes a field away again.</summary>
    public void Remove(int field)
    {
        if (!Has(field))
        {
            return;
        }

        _stamps[field] = 0;
        var at = _present.AsSpan(0, PresentCount).IndexOf(field);
        _present.AsSpan(at + 1, PresentCount - at - 1).CopyTo(_present.AsSpan(at));
        PresentCount--;
    }

    /// <summary>Declares the event's identity across re-sends; the bytes are copied.</summary>
    public void SetGivenId(ReadOnlySpan<byte> id)
    {
        _givenIdOffset = AppendScratch(id);
        _givenIdLength = id.Length;
    }

    /// <summary>Reserves scratch space and returns it for writing, with its offset; give the unused end back with <see cref="TrimScratch"/>.</summary>
    public Span<byte> RentScratch(int length, out int offset)
    {
        EnsureScratch(length);
        offset = _scratchLength;
        _scratchLength += length;
        return _scratch.AsSpan(offset, length);
    }

    /// <summary>Ends the scratch space at <paramref name="end"/> (an absolute scratch offset).</summary>
    public void TrimScratch(int end) => _scratchLength = end;

    /// <summary>Copies bytes to the scratch buffer and returns their offset.</summary>
    public int AppendScratch(ReadOnlySpan<byte> bytes)
    {
        EnsureScratch(bytes.Length);
        var offset = _scratchLength;
        bytes.CopyTo(_scratch.AsSpan(offset));
        _scratchLength += bytes.Length;
        return offset;
    }

    /// <summary>Makes the record independent of the batch it was read from: it keeps a copy of the raw bytes.</summary>
    public void Own()
    {
        var copy = Raw.ToArray();
        for (var i = 0; i < PresentCount; i++)
        {
            ref var value = ref _values[_present[i]];
            value.Offset -= value.InScratch ? 0 : RawStart;
        }

        _raw = copy;
        RawStart = 0;
    }

    /// <summary>Writes everything a parser put into the record.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(RawLength);
        writer.Write(Raw);
        writer.Write(_scratchLength);
        writer.Write(_scratch.AsSpan(0, _scratchLength));
        writer.Write(_givenIdOffset);
        writer.Write(_givenIdLength);
        writer.Write(Time);
        writer.Write(Count);
        writer.Write((byte)LoginLine);
        writer.Write(IsEcsJson);
        writer.Write(ArrivalTime);
        writer.Write(PresentCount);
        foreach (var field in Present)
        {
            var value = _values[field];
            writer.Write(field);
            writer.Write(value.InScratch ? value.Offset : value.Offset - RawStart);
            writer.Write(value.Length);
            writer.Write(value.Bits);
            writer.Write((byte)value.Kind);
            writer.Write(value.InScratch);
        }
    }

    /// <summary>Reads a record that <see cref="Save"/> wrote; it owns its bytes.</summary>
    public void Restore(BinaryReader reader)
    {
        var raw = reader.ReadBytes(reader.ReadInt32());
        Reset(raw, 0, raw.Length);
        AppendScratch(reader.ReadBytes(reader.ReadInt32()));
        _givenIdOffset = reader.ReadInt32();
        _givenIdLength = reader.ReadInt32();
        Time = reader.ReadInt64();
        Count = reader.ReadInt32();
        LoginLine = (LoginLine)reader.ReadByte();
        IsEcsJson = reader.ReadBoolean();
        ArrivalTime = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            ref var value = ref Slot(reader.ReadInt32());
            value.Offset = reader.ReadInt32();
            value.Length = reader.ReadInt32();
            value.Bits = reader.ReadInt64();
            value.Kind = (FieldKind)reader.ReadByte();
            value.InScratch = reader.ReadBoolean();
        }
    }

    private void EnsureScratch(int more)
    {
        if (_scratchLength + more > _scratch.Length)
        {
            // Grows, never shrinks within a record's bound: the largest event decides. Old slices stay valid because offsets are used, not spans.
            Array.Resize(ref _scratch, Math.Max(_scratch.Length * 2, _scratchLength + more));
        }
    }
}
