using System.Buffers.Text;
using System.Text.Unicode;

namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>
/// One data record of a GeoIP or ASN file, decoded once into UTF-8 ready to copy: all texts lie in one block, so that an event takes them
/// with one copy. Understands MaxMind's own layout (<c>country.iso_code</c>, <c>city.names.en</c>, <c>location.latitude</c>,
/// <c>autonomous_system_number</c>) and the flat layout (<c>country_code</c>, <c>city</c>, <c>latitude</c>, <c>asn</c>). What is missing,
/// empty, not UTF-8 or out of range is left out. Immutable.
/// </summary>
public sealed class GeoRecord
{
    /// <summary>Most bytes taken of one text: names of places and networks are short, a file is not trusted.</summary>
    private const int MaxTextBytes = 256;

    private GeoRecord(int offset) => Offset = offset;

    /// <summary>Where the record lies in its file's data section.</summary>
    internal int Offset { get; }

    /// <summary>All texts, one after the other.</summary>
    public byte[] Block { get; private set; } = [];

    /// <summary>ISO 3166-1 code, two capital letters.</summary>
    public GeoText CountryIsoCode { get; private set; }

    /// <summary>English name of the country.</summary>
    public GeoText CountryName { get; private set; }

    /// <summary>English name of the city.</summary>
    public GeoText CityName { get; private set; }

    /// <summary>Latitude as JSON number.</summary>
    public GeoText LatitudeText { get; private set; }

    /// <summary>Longitude as JSON number.</summary>
    public GeoText LongitudeText { get; private set; }

    /// <summary>Number of the autonomous system as text.</summary>
    public GeoText AsNumberText { get; private set; }

    /// <summary>Organization of the autonomous system.</summary>
    public GeoText AsOrganization { get; private set; }

    /// <summary>Degrees north, −90 … 90; meaningful when <see cref="HasLocation"/>.</summary>
    public double Latitude { get; private set; }

    /// <summary>Degrees east, −180 … 180; meaningful when <see cref="HasLocation"/>.</summary>
    public double Longitude { get; private set; }

    /// <summary>Number of the autonomous system; 0 when unknown.</summary>
    public uint AsNumber { get; private set; }

    /// <summary>Both coordinates are known.</summary>
    public bool HasLocation => LatitudeText.Length > 0;

    /// <summary>The record says something about the place.</summary>
    public bool HasPlace => HasLocation || CountryIsoCode.Length > 0 || CityName.Length > 0;

    /// <summary>The record says something about the network.</summary>
    public bool HasNetwork => AsNumber != 0 || AsOrganization.Length > 0;

    /// <summary>The bytes of one of the texts.</summary>
    public ReadOnlySpan<byte> Bytes(GeoText text) => Block.AsSpan(text.Start, text.Length);

    /// <summary>Decodes the record at an offset. Broken content gives a record with less, or nothing, in it.</summary>
    internal static GeoRecord Decode(MmdbSection data, int offset)
    {
        var record = new GeoRecord(offset);
        if (!data.TryRead(offset, out var map) || map.Type != MmdbType.Map)
        {
            return record;
        }

        var block = new List<byte>(64);
        record.CountryIsoCode = Append(block, CountryCode(data, map));
        record.CountryName = Append(block, FirstText(data, map, "country"u8, "country_name"u8));
        record.CityName = Append(block, FirstText(data, map, "city"u8, "city"u8));
        record.DecodeLocation(data, map, block);
        record.DecodeNetwork(data, map, block);
        record.Block = [.. block];
        return record;
    }

    private void DecodeLocation(MmdbSection data, MmdbValue map, List<byte> block)
    {
        var place = data.TryFind(map, "location"u8, out var location) ? location : map;
        Span<byte> latitude = stackalloc byte[32];
        Span<byte> longitude = stackalloc byte[32];
        if (!TryReadDegrees(data, place, "latitude"u8, 90, latitude, out var latitudeBytes, out var north)
            || !TryReadDegrees(data, place, "longitude"u8, 180, longitude, out var longitudeBytes, out var east))
        {
            return;
        }

        LatitudeText = Append(block, latitude[..latitudeBytes]);
        LongitudeText = Append(block, longitude[..longitudeBytes]);
        Latitude = north;
        Longitude = east;
    }

    private void DecodeNetwork(MmdbSection data, MmdbValue map, List<byte> block)
    {
        if ((data.TryFind(map, "autonomous_system_number"u8, out var value) || data.TryFind(map, "asn"u8, out value))
            && TryReadAsNumber(data, value, out var number) && number > 0)
        {
            Span<byte> text = stackalloc byte[10];
            Utf8Formatter.TryFormat(number, text, out var written);
            AsNumber = number;
            AsNumberText = Append(block, text[..written]);
        }

        var organization = Text(data, map, "autonomous_system_organization"u8);
        organization = organization.IsEmpty ? Text(data, map, "as_organization"u8) : organization;
        AsOrganization = Append(block, organization.IsEmpty ? Text(data, map, "as_name"u8) : organization);
    }

    private static bool TryReadAsNumber(MmdbSection data, MmdbValue value, out uint number)
    {
        number = 0;
        if (data.TryGetInteger(value, out var wide))
        {
            number = wide <= uint.MaxValue ? (uint)wide : 0;
            return true;
        }

        var text = data.Bytes(value);
        text = text.StartsWith("AS"u8) ? text[2..] : text;
        return Utf8Parser.TryParse(text, out number, out var used) && used == text.Length;
    }

    private static bool TryReadDegrees(MmdbSection data, MmdbValue map, ReadOnlySpan<byte> key, double most, Span<byte> text, out int written, out double degrees)
    {
        written = 0;
        degrees = 0;
        if (!data.TryFind(map, key, out var value) || !data.TryGetDouble(value, out var number, out var isSingle) || Math.Abs(number) > most)
        {
            return false;
        }

        // A single is written with the digits it has (34.7732, not 34.77320098876953), and the number is what the text says: an event read
        // back from its document must give the same distances.
        var formatted = isSingle
            ? ((float)number).TryFormat(text, out written, default, System.Globalization.CultureInfo.InvariantCulture)
            : number.TryFormat(text, out written, default, System.Globalization.CultureInfo.InvariantCulture);
        return formatted && double.TryParse(text[..written], System.Globalization.CultureInfo.InvariantCulture, out degrees);
    }

    private static ReadOnlySpan<byte> CountryCode(MmdbSection data, MmdbValue map)
    {
        var code = Text(data, map, "country_code"u8);
        if (code.IsEmpty && data.TryFind(map, "country"u8, out var country))
        {
            code = country.Type == MmdbType.Text ? data.Bytes(country) : Text(data, country, "iso_code"u8);
        }

        if (code.IsEmpty && data.TryFind(map, "registered_country"u8, out var registered))
        {
            code = Text(data, registered, "iso_code"u8);
        }

        return code.Length == 2 && char.IsAsciiLetterUpper((char)code[0]) && char.IsAsciiLetterUpper((char)code[1]) ? code : default;
    }

    /// <summary>The English name of a nested map (<c>city.names.en</c>), else the text of a flat key.</summary>
    private static ReadOnlySpan<byte> FirstText(MmdbSection data, MmdbValue map, ReadOnlySpan<byte> nested, ReadOnlySpan<byte> flat) =>
        data.TryFind(map, nested, out var inner) && data.TryFind(inner, "names"u8, out var names)
            ? Text(data, names, "en"u8)
            : Text(data, map, flat);

    private static ReadOnlySpan<byte> Text(MmdbSection data, MmdbValue map, ReadOnlySpan<byte> key)
    {
        if (!data.TryFind(map, key, out var value) || value.Type != MmdbType.Text || value.Size > MaxTextBytes)
        {
            return default;
        }

        var text = data.Bytes(value);
        return Utf8.IsValid(text) ? text : default;
    }

    private static GeoText Append(List<byte> block, ReadOnlySpan<byte> text)
    {
        var start = block.Count;
        block.AddRange(text);
        return new GeoText((ushort)start, (ushort)text.Length);
    }
}

/// <summary>Where a text lies in <see cref="GeoRecord.Block"/>; length 0 when it is unknown.</summary>
public readonly record struct GeoText(ushort Start, ushort Length);
