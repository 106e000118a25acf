using System.Globalization;
using System.Runtime.InteropServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Text;

namespace SecStream.Stages.Rules.Routing;

/// <summary>Writes the values of a row: who, from where, on which host, and what the route's rules count.</summary>
internal sealed class RowValues
{
    private const int HashLength = 16;

    private readonly byte[] _location = new byte[Row.MaxValueBytes];
    private readonly int[] _fields = new int[Row.FirstRouteSlot];
    private int _locationLength;
    private bool _hasOwnId;
    private ReadOnlyMemory<byte> _anomaly;

    /// <summary>Reads what all rows of the event share; of an observation of an anomaly also that (<see cref="RoutePlan.Anomaly"/>).</summary>
    public void Read(EventRecord record, bool hasOwnId, ReadOnlyMemory<byte> anomaly = default)
    {
        _fields[Row.UserSlot] = record.Has(Ecs.UserName) ? Ecs.UserName : Ecs.UserEmail;
        _fields[Row.AddressSlot] = Ecs.SourceAddress;
        _fields[Row.HostSlot] = Ecs.HostName;
        _fields[Row.ActionSlot] = Ecs.EventAction;
        _fields[Row.CountrySlot] = Ecs.SourceGeoCountryIsoCode;
        _locationLength = -1;
        _hasOwnId = hasOwnId;
        _anomaly = anomaly;
    }

    /// <summary>Appends lengths and values to a row being written.</summary>
    public void Write(RowBuffer buffer, EventRecord record, int[] routeFields)
    {
        var lengthsAt = buffer.Length;
        buffer.Reserve(Row.Slots * 2);
        Span<ushort> lengths = stackalloc ushort[Row.Slots];
        lengths.Fill(ushort.MaxValue);
        if (_hasOwnId)
        {
            lengths[Row.GivenIdSlot] = Append(buffer, record, Ecs.EventId);
        }

        for (var slot = Row.UserSlot; slot < Row.FirstRouteSlot; slot++)
        {
            lengths[slot] = Append(buffer, record, _fields[slot]);
        }

        for (var i = 0; i < routeFields.Length; i++)
        {
            lengths[Row.FirstRouteSlot + i] = routeFields[i] switch
            {
                RoutePlan.Location => AppendLocation(buffer, record),
                RoutePlan.Anomaly => AppendAnomaly(buffer),
                var field => Append(buffer, record, field),
            };
        }

        MemoryMarshal.AsBytes(lengths).CopyTo(buffer.WritableAt(lengthsAt, Row.Slots * 2));
    }

    /// <summary>Appends a row's value part with all values absent.</summary>
    public static void WriteNone(RowBuffer buffer) => buffer.Reserve(Row.Slots * 2).Fill(0xFF);

    private static ushort Append(RowBuffer buffer, EventRecord record, int field)
    {
        var value = record.Get(field);
        return value.Kind is FieldKind.None or FieldKind.Null ? ushort.MaxValue : Append(buffer, record.Text(in value));
    }

    private static ushort Append(RowBuffer buffer, ReadOnlySpan<byte> text)
    {
        if (text.Length <= Row.MaxValueBytes)
        {
            buffer.Append(text);
            return (ushort)text.Length;
        }

        // Values that differ only at their end must stay different: the end is replaced by a hash of the whole.
        var kept = Row.MaxValueBytes - HashLength;
        while (kept > 0 && (text[kept] & 0xC0) == 0x80)
        {
            kept--;
        }

        Span<byte> hash = stackalloc byte[HashLength];
        StableHash.Compute(text).TryFormat(hash, out _, "x16", CultureInfo.InvariantCulture);
        buffer.Append(text[..kept]);
        buffer.Append(hash);
        return (ushort)(kept + HashLength);
    }

    private ushort AppendLocation(RowBuffer buffer, EventRecord record)
    {
        if (_locationLength < 0)
        {
            _locationLength = GeoPoint.Pack(record, _location);
        }

        if (_locationLength == 0)
        {
            return ushort.MaxValue;
        }

        buffer.Append(_location.AsSpan(0, _locationLength));
        return (ushort)_locationLength;
    }

    /// <summary>Never cut: half an anomaly is none.</summary>
    private ushort AppendAnomaly(RowBuffer buffer)
    {
        buffer.Append(_anomaly.Span);
        return _anomaly.IsEmpty ? ushort.MaxValue : (ushort)_anomaly.Length;
    }
}
