using System.Text;
using SecStream.Stages.Enrichment;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

/// <summary>Records of both layouts and addresses, for the tests of enrichment.</summary>
internal static class TestGeo
{
    public static UInt128 Ip(string text)
    {
        Assert.True(IpParser.TryParse(Encoding.ASCII.GetBytes(text), out var address), text);
        return address;
    }

    public static Dictionary<string, object> Flat(string country, string city, float latitude, float longitude) => new()
    {
        ["city"] = city,
        ["country_code"] = country,
        ["latitude"] = latitude,
        ["longitude"] = longitude,
        ["postcode"] = "",
    };

    public static Dictionary<string, object> MaxMind(string country, string countryName, string city, double latitude, double longitude) => new()
    {
        ["city"] = new Dictionary<string, object> { ["geoname_id"] = 1u, ["names"] = new Dictionary<string, object> { ["de"] = "?", ["en"] = city } },
        ["continent"] = new Dictionary<string, object> { ["code"] = "EU" },
        ["country"] = new Dictionary<string, object> { ["iso_code"] = country, ["names"] = new Dictionary<string, object> { ["en"] = countryName } },
        ["location"] = new Dictionary<string, object> { ["accuracy_radius"] = (ushort)10, ["latitude"] = latitude, ["longitude"] = longitude },
        ["subdivisions"] = new object[] { new Dictionary<string, object> { ["iso_code"] = "X" } },
    };
}
