using System.Buffers.Text;
using System.Runtime.InteropServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Profiles.Model;

namespace SecStream.Stages.Profiles.Rows;

/// <summary>The values that rows of an event carry: each read once, however many profiles want it.</summary>
internal sealed class ProfileValues
{
    /// <summary>Numbers are carried in thousandths.</summary>
    public const double Scale = 1000;

    /// <summary>Greatest number that is told from a greater one, in thousandths (about 1.8 · 10¹⁰).</summary>
    public const long MaxNumber = 1L << 44;

    /// <summary>Length of the unit vectors of <see cref="WriteLocation"/>.</summary>
    public const int UnitLength = 1 << 24;

    private const int TextHead = 9;

    private NumberSlot[] _numbers = [];
    private HashSlot[] _hashes = [];
    private TextSlot[] _texts = [];
    private readonly byte[] _location = new byte[12];
    private readonly double[] _lastPlace = [double.NaN, double.NaN];
    private long _event;
    private long _locationOf;

    /// <summary>Place of a number.</summary>
    public int Add(NumberField field) => Place(ref _numbers, slot => slot.Field.Factor.Equals(field.Factor) && slot.Field.Fields.SequenceEqual(field.Fields), new NumberSlot(field));

    /// <summary>Place of a hash.</summary>
    public int AddHash(HashField field) => Place(ref _hashes, slot => slot.Fields.SequenceEqual(field.Fields), new HashSlot(field.Fields));

    /// <summary>Place of a category.</summary>
    public int AddText(HashField field) => Place(ref _texts, slot => slot.Fields.SequenceEqual(field.Fields), new TextSlot(field.Fields));

    /// <summary>Begins an event.</summary>
    public void Begin() => _event++;

    /// <summary>A number, or <see cref="ProfileRow.NoNumber"/>.</summary>
    public long Number(EventRecord record, int at)
    {
        var slot = _numbers[at];
        if (slot.Event != _event)
        {
            slot.Event = _event;
            slot.Value = Read(record, slot.Field);
        }

        return slot.Value;
    }

    /// <summary>A hash, or <see cref="ProfileRow.NoHash"/>.</summary>
    public ulong Hash(EventRecord record, int at)
    {
        var slot = _hashes[at];
        if (slot.Event != _event)
        {
            slot.Event = _event;
            slot.Value = Find(record, slot.Fields, out _, out var value) ? ProfileRow.Some(StableHash.Compute(record.Text(in value))) : ProfileRow.NoHash;
        }

        return slot.Value;
    }

    /// <summary>A category as rows carry it: hash, length, text.</summary>
    public ReadOnlySpan<byte> Text(EventRecord record, int at)
    {
        var slot = _texts[at];
        if (slot.Event != _event)
        {
            slot.Event = _event;
            slot.Length = Read(record, slot);
        }

        return slot.Bytes.AsSpan(0, slot.Length);
    }

    /// <summary>The direction of the source's place from the centre of the earth, x, y, z; zeros when it is not known.</summary>
    public void WriteLocation(EventRecord record, Span<byte> to)
    {
        if (_locationOf != _event)
        {
            _locationOf = _event;
            ReadLocation(record);
        }

        _location.CopyTo(to);
    }

    private void ReadLocation(EventRecord record)
    {
        var lat = ToNumber(record, record.Get(Ecs.SourceGeoLocationLat));
        var lon = ToNumber(record, record.Get(Ecs.SourceGeoLocationLon));
        if (lat.Equals(_lastPlace[0]) && lon.Equals(_lastPlace[1]))
        {
            return;
        }

        (_lastPlace[0], _lastPlace[1]) = (lat, lon);
        Array.Clear(_location);
        if (Math.Abs(lat) <= 90 && Math.Abs(lon) <= 180)
        {
            var (sinLat, cosLat) = Math.SinCos(lat * Math.PI / 180);
            var (sinLon, cosLon) = Math.SinCos(lon * Math.PI / 180);
            var vector = MemoryMarshal.Cast<byte, int>(_location.AsSpan());
            vector[0] = (int)Math.Round(cosLat * cosLon * UnitLength);
            vector[1] = (int)Math.Round(cosLat * sinLon * UnitLength);
            vector[2] = (int)Math.Round(sinLat * UnitLength);
        }
    }

    private static int Place<T>(ref T[] slots, Predicate<T> isSame, T added)
    {
        var at = Array.FindIndex(slots, isSame);
        if (at < 0)
        {
            at = slots.Length;
            slots = [.. slots, added];
        }

        return at;
    }

    private static long Read(EventRecord record, NumberField field)
    {
        foreach (var id in field.Fields)
        {
            var number = ToNumber(record, record.Get(id)) * field.Factor * Scale;
            if (double.IsFinite(number))
            {
                return (long)Math.Round(Math.Clamp(number, -MaxNumber, MaxNumber));
            }
        }

        return ProfileRow.NoNumber;
    }

    private static double ToNumber(EventRecord record, FieldValue value) => value.Kind switch
    {
        FieldKind.Integer or FieldKind.Float => value.Number,
        FieldKind.Text when value.Length is > 0 and <= 32 && Utf8Parser.TryParse(record.Text(in value), out double number, out var used) && used == value.Length => number,
        _ => double.NaN,
    };

    private static bool Find(EventRecord record, int[] fields, out int field, out FieldValue value)
    {
        foreach (var id in fields)
        {
            value = record.Get(id);
            if (value.Kind is not (FieldKind.None or FieldKind.Null or FieldKind.Array) && value.Length > 0)
            {
                field = id;
                return true;
            }
        }

        (field, value) = (-1, default);
        return false;
    }

    private static int Read(EventRecord record, TextSlot slot)
    {
        var bytes = slot.Bytes.AsSpan();
        if (!Find(record, slot.Fields, out var field, out var value))
        {
            bytes[..TextHead].Clear();
            return TextHead;
        }

        // Addresses as a category would be as many as there are: their networks say as much of where somebody works.
        Span<byte> network = stackalloc byte[64];
        var text = record.HasSourceIp && field is Ecs.SourceAddress or Ecs.SourceIp ? network[..Network(record.SourceIp, network)] : record.Text(in value);
        var kept = Math.Min(text.Length, ProfileRow.MaxTextBytes);
        while (kept > 0 && kept < text.Length && (text[kept] & 0xC0) == 0x80)
        {
            kept--;
        }

        MemoryMarshal.Write(bytes, ProfileRow.Some(StableHash.Compute(text)));
        bytes[TextHead - 1] = (byte)kept;
        text[..kept].CopyTo(bytes[TextHead..]);
        return TextHead + kept;
    }

    private static int Network(UInt128 address, Span<byte> to)
    {
        var isV4 = IpParser.IsIPv4(address);
        var length = IpParser.Format(isV4 ? address >> 8 << 8 : address >> 64 << 64, to);
        (isV4 ? "/24"u8 : "/64"u8).CopyTo(to[length..]);
        return length + 3;
    }

    private sealed class NumberSlot(NumberField source)
    {
        public NumberField Field => source;

        public long Event { get; set; }

        public long Value { get; set; }
    }

    private sealed class HashSlot(int[] fields)
    {
        public int[] Fields => fields;

        public long Event { get; set; }

        public ulong Value { get; set; }
    }

    private sealed class TextSlot(int[] fields)
    {
        public int[] Fields => fields;

        public long Event { get; set; }

        public int Length { get; set; }

        public byte[] Bytes { get; } = new byte[TextHead + ProfileRow.MaxTextBytes];
    }
}
