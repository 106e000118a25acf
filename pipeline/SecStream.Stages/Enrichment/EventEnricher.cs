using System.Runtime.CompilerServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Enrichment.GeoIp;

namespace SecStream.Stages.Enrichment;

/// <summary>
/// Adds to an event what its source address and user name tell: canonical <c>source.ip</c> and <c>source.address</c>, <c>source.geo.*</c>,
/// <c>source.as.*</c>, <c>secstream.user.admin</c>, <c>threat.*</c>. Pure: the result depends on the event and <see cref="Sources"/> alone.
/// What the event says itself about its place and network stays. One per worker, not thread-safe; allocates nothing per event.
/// </summary>
public sealed class EventEnricher(EnrichmentSources sources)
{
    private const int MaxAdded = 16; // every field below, each at most once

    private readonly int[] _added = new int[MaxAdded];
    private readonly int[] _replaced = new int[MaxAdded];
    private int _addedCount;
    private int _replacedCount;

    /// <summary>The knowledge in use; to be replaced between events only.</summary>
    public EnrichmentSources Sources { get; set; } = sources;

    /// <summary>Ids of the fields the last call set, new ones and <see cref="Replaced"/> ones, each once.</summary>
    public ReadOnlySpan<int> Added => _added.AsSpan(0, _addedCount);

    /// <summary>Those of <see cref="Added"/> that the event had with another text: in a document they replace a value.</summary>
    public ReadOnlySpan<int> Replaced => _replaced.AsSpan(0, _replacedCount);

    /// <summary>Hits of blacklists and intelligence that an allow-list took back, since the enricher was made.</summary>
    public long SuppressedHits { get; private set; }

    /// <summary>Enriches an event whose parser is done with it.</summary>
    public void Enrich(EventRecord record)
    {
        _addedCount = 0;
        _replacedCount = 0;
        if (TryReadSource(record))
        {
            AddPlace(record);
            AddNetwork(record);
            if (!Sources.Intel.IsEmpty)
            {
                AddThreat(record);
            }
        }

        AddUser(record);
    }

    /// <summary>Finds the source address in <c>source.ip</c>, else <c>source.address</c>, and makes both canonical.</summary>
    private bool TryReadSource(EventRecord record)
    {
        var ip = record.Get(Ecs.SourceIp);
        var address = record.Get(Ecs.SourceAddress);
        var hasIp = TryParse(record, in ip, out var number);
        UInt128 addressNumber;
        bool hasAddress;
        if (hasIp && address.Kind == FieldKind.Text && record.Text(in address).SequenceEqual(record.Text(in ip)))
        {
            addressNumber = number;
            hasAddress = true;
        }
        else
        {
            hasAddress = TryParse(record, in address, out addressNumber);
        }

        if (!hasIp && !hasAddress)
        {
            return false;
        }

        if (hasIp)
        {
            MakeCanonical(record, Ecs.SourceIp, in ip, number);
        }

        if (hasAddress)
        {
            MakeCanonical(record, Ecs.SourceAddress, in address, addressNumber);
        }

        if (!hasIp)
        {
            number = addressNumber;
            Mark(record, Ecs.SourceIp);
            record.Copy(Ecs.SourceAddress, Ecs.SourceIp);
        }
        else if (address.Kind is FieldKind.None or FieldKind.Null)
        {
            Mark(record, Ecs.SourceAddress);
            record.Copy(Ecs.SourceIp, Ecs.SourceAddress);
        }

        record.SourceIp = number;
        record.HasSourceIp = true;
        return true;
    }

    private static bool TryParse(EventRecord record, in FieldValue value, out UInt128 address)
    {
        address = default;
        return value.Kind == FieldKind.Text && IpParser.TryParse(record.Text(in value), out address);
    }

    private void MakeCanonical(EventRecord record, int field, in FieldValue value, UInt128 address)
    {
        // The parser takes IPv4 in its canonical form only; IPv6 has many.
        var text = record.Text(in value);
        if (!text.Contains((byte)':'))
        {
            return;
        }

        Span<byte> canonical = stackalloc byte[IpParser.MaxTextLength];
        var length = IpParser.Format(address, canonical);
        if (!text.SequenceEqual(canonical[..length]))
        {
            Mark(record, field);
            record.SetText(field, canonical[..length]);
        }
    }

    private void AddPlace(EventRecord record)
    {
        if (Sources.Geo.FindPlace(record.SourceIp) is not { } place)
        {
            return;
        }

        // A city of ours beside a country of the event's own would be a place that does not exist.
        var country = record.Get(Ecs.SourceGeoCountryIsoCode);
        if (country.Kind == FieldKind.Text && !record.Text(in country).SequenceEqual(place.Bytes(place.CountryIsoCode)))
        {
            return;
        }

        var start = record.AppendScratch(place.Block);
        AddText(record, Ecs.SourceGeoCountryIsoCode, start, place.CountryIsoCode);
        AddText(record, Ecs.SourceGeoCountryName, start, place.CountryName);
        AddText(record, Ecs.SourceGeoCityName, start, place.CityName);
        if (!record.Has(Ecs.SourceGeoLocationLat) && !record.Has(Ecs.SourceGeoLocationLon))
        {
            AddNumber(record, Ecs.SourceGeoLocationLat, start, place.LatitudeText, FieldKind.Float, BitConverter.DoubleToInt64Bits(place.Latitude));
            AddNumber(record, Ecs.SourceGeoLocationLon, start, place.LongitudeText, FieldKind.Float, BitConverter.DoubleToInt64Bits(place.Longitude));
        }
    }

    private void AddNetwork(EventRecord record)
    {
        if (record.Has(Ecs.SourceAsNumber) || Sources.Geo.FindNetwork(record.SourceIp) is not { } network)
        {
            return;
        }

        var start = record.AppendScratch(network.Block);
        AddNumber(record, Ecs.SourceAsNumber, start, network.AsNumberText, FieldKind.Integer, network.AsNumber);
        AddText(record, Ecs.SourceAsOrganizationName, start, network.AsOrganization);
    }

    private void AddThreat(EventRecord record)
    {
        if (!Sources.Intel.TryFind(record.SourceIp, record.Time, out var hit))
        {
            return;
        }

        if (Sources.Intel.IsAllowed(record.SourceIp, record.Time))
        {
            SuppressedHits++;
            return;
        }

        if (!record.Has(Ecs.ThreatIndicatorIp))
        {
            Mark(record, Ecs.ThreatIndicatorIp);
            record.Copy(Ecs.SourceIp, Ecs.ThreatIndicatorIp);
        }

        if (!record.Has(Ecs.ThreatFeedName))
        {
            Mark(record, Ecs.ThreatFeedName);
            record.SetText(Ecs.ThreatFeedName, hit.List.NameUtf8.Span);
        }

        SetTrue(record, Ecs.ThreatMatched);
    }

    private void AddUser(EventRecord record)
    {
        // Some sources name their users by e-mail address only.
        var name = record.Has(Ecs.UserName) ? record.Text(Ecs.UserName) : record.Text(Ecs.UserEmail);
        if (Sources.Entities.IsAdmin(name))
        {
            SetTrue(record, Ecs.SecstreamUserAdmin);
        }
    }

    private void SetTrue(EventRecord record, int field)
    {
        var value = record.Get(field);
        if (value.Kind != FieldKind.Bool || value.Bits == 0)
        {
            Mark(record, field);
            record.SetBool(field, true);
        }
    }

    private void AddText(EventRecord record, int field, int start, GeoText text)
    {
        if (text.Length > 0 && !record.Has(field))
        {
            Fill(record, field, start, text).Kind = FieldKind.Text;
        }
    }

    private void AddNumber(EventRecord record, int field, int start, GeoText text, FieldKind kind, long bits)
    {
        if (text.Length > 0)
        {
            ref var slot = ref Fill(record, field, start, text);
            slot.Kind = kind;
            slot.Bits = bits;
        }
    }

    private ref FieldValue Fill(EventRecord record, int field, int start, GeoText text)
    {
        Mark(record, field);
        ref var slot = ref record.Slot(field);
        slot.InScratch = true;
        slot.Offset = start + text.Start;
        slot.Length = text.Length;
        return ref slot;
    }

    /// <summary>Notes a field that is about to be set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mark(EventRecord record, int field)
    {
        _added[_addedCount++] = field;
        if (record.Has(field))
        {
            _replaced[_replacedCount++] = field;
        }
    }
}
