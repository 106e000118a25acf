using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Features;
using SecStream.Core.Events;
using SecStream.Core.Features;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Names of indices and documents of windows: <c>features-secstream.&lt;profile&gt;-&lt;tenant&gt;-2026.03</c>, by the month in which a window ends (midnight belongs to the day
/// before). Names of profiles and tenants are made safe, so each part is one for certain; what is asked for is asked by the exact names all the same.
/// </summary>
internal static class WindowIndices
{
    private const int MaxProfileBytes = 80;
    private const int IdBytes = 20;

    /// <summary>The index of a day's windows.</summary>
    public static string Of(string tenant, string profile, long day) => string.Create(
        CultureInfo.InvariantCulture, $"features-secstream.{Profile(profile)}-{EventStreams.Tenant(tenant)}-{EventClock.ToInstant(day * EventClock.Day):yyyy.MM}");

    /// <summary>All indices of a tenant, or those of one profile.</summary>
    public static string Pattern(string tenant, string? profile = null) =>
        $"features-secstream.{(profile is null ? "*" : Profile(profile))}-{EventStreams.Tenant(tenant)}-*";

    /// <summary>The id of a window: one that comes again replaces itself.</summary>
    public static string IdOf(string tenant, FeatureSchema schema, ReadOnlySpan<byte> record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[16];
        var end = FeatureRecord.End(record);
        var window = schema.Windows[FeatureRecord.Window(record)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, window);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], end - window);
        Append(hash, Encoding.UTF8.GetBytes(tenant));
        Append(hash, Encoding.UTF8.GetBytes(schema.Profile));
        Append(hash, Encoding.UTF8.GetBytes(schema.Version));
        hash.AppendData(numbers);
        Append(hash, FeatureRecord.Key(record));
        return Finish(hash);
    }

    /// <summary>The id of the document that says what a day's windows of a schema mean.</summary>
    public static string IdOf(string tenant, FeatureSchema schema, long day)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(tenant));
        Append(hash, Encoding.UTF8.GetBytes(schema.Profile));
        Append(hash, Encoding.UTF8.GetBytes(schema.Version));
        return string.Create(CultureInfo.InvariantCulture, $"schema.{day}.{Finish(hash)}");
    }

    private static string Profile(string profile) => EventStreams.Safe(Encoding.UTF8.GetBytes(profile), MaxProfileBytes);

    /// <summary>With its length: no two lists of parts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }

    private static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, IdBytes));
}
