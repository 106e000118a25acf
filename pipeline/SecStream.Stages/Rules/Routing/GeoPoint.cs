using System.Buffers.Text;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Rules.Routing;

/// <summary>A place on earth as rows carry it: latitude and longitude in degrees (8 bytes each), then a name for people.</summary>
public readonly record struct GeoPoint(double Latitude, double Longitude, string Name)
{
    /// <summary>Mean earth radius in km (IUGG).</summary>
    private const double EarthRadiusKm = 6371.0088;

    /// <summary>Packs the location of an event's source; 0 when it has none.</summary>
    public static int Pack(EventRecord record, Span<byte> to)
    {
        if (!TryNumber(record, Ecs.SourceGeoLocationLat, 90, out var latitude) || !TryNumber(record, Ecs.SourceGeoLocationLon, 180, out var longitude))
        {
            return 0;
        }

        BitConverter.TryWriteBytes(to, latitude);
        BitConverter.TryWriteBytes(to[8..], longitude);
        var at = 16;
        var city = record.Text(Ecs.SourceGeoCityName);
        var country = record.Text(record.Has(Ecs.SourceGeoCountryName) ? Ecs.SourceGeoCountryName : Ecs.SourceGeoCountryIsoCode);
        city = city[..Math.Min(city.Length, 100)];
        city.CopyTo(to[at..]);
        at += city.Length;
        if (!city.IsEmpty && !country.IsEmpty)
        {
            ", "u8.CopyTo(to[at..]);
            at += 2;
        }

        country = country[..Math.Min(country.Length, 100)];
        country.CopyTo(to[at..]);
        return at + country.Length;
    }

    /// <summary>Reads a packed location.</summary>
    public static GeoPoint Unpack(ReadOnlySpan<byte> packed) =>
        new(BitConverter.ToDouble(packed), BitConverter.ToDouble(packed[8..]), System.Text.Encoding.UTF8.GetString(packed[16..]));

    /// <summary>Great-circle distance in km (haversine).</summary>
    public static double DistanceKm(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        double lat1 = Radians(BitConverter.ToDouble(a)), lat2 = Radians(BitConverter.ToDouble(b));
        double dLat = lat2 - lat1, dLon = Radians(BitConverter.ToDouble(b[8..]) - BitConverter.ToDouble(a[8..]));
        var h = (Math.Sin(dLat / 2) * Math.Sin(dLat / 2)) + (Math.Cos(lat1) * Math.Cos(lat2) * Math.Sin(dLon / 2) * Math.Sin(dLon / 2));
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;

    private static bool TryNumber(EventRecord record, int field, double bound, out double number)
    {
        var value = record.Get(field);
        number = value.Number;
        var known = value.Kind is FieldKind.Integer or FieldKind.Float
            || (value.Kind == FieldKind.Text && Utf8Parser.TryParse(record.Text(in value), out number, out var used) && used == value.Length);
        return known && Math.Abs(number) <= bound;
    }
}
