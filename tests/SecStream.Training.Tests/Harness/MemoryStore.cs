using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Days;

namespace SecStream.Training.Tests.Harness;

/// <summary>Stored windows in memory.</summary>
internal sealed class MemoryStore : IFeatureStore
{
    private readonly List<FeatureVector> _windows = [];

    public IReadOnlyList<FeatureSchema> Schemas() => [.. _windows.Select(w => w.Schema).Distinct()];

    public IReadOnlyList<long> Days(FeatureSchema schema) =>
        [.. _windows.Where(w => w.Schema.Version == schema.Version && w.Schema.Profile == schema.Profile).Select(w => UtcDay.OfWindowEnd(w.End)).Distinct().Order()];

    public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day) => _windows
        .Where(w => w.Schema.Version == schema.Version && w.Schema.Profile == schema.Profile && w.Window == window && UtcDay.OfWindowEnd(w.End) == day)
        .OrderBy(w => w.End).ThenBy(w => Encoding.UTF8.GetString(w.Key), StringComparer.Ordinal);

    /// <summary>Adds a window.</summary>
    public FeatureVector Add(FeatureSchema schema, string key, long end, long window, params double[] values)
    {
        var vector = FeatureVector.Of(schema);
        vector.Key = Encoding.UTF8.GetBytes(key);
        vector.Start = end - window;
        vector.End = end;
        vector.Events = 1 + (long)(values.Length > 0 ? values[0] : 0);
        values.CopyTo(vector.Values, 0);
        _windows.Add(vector);
        return vector;
    }

    /// <summary>Adds ordinary traffic: keys with an hourly window each, counts that draw around a rate of their own.</summary>
    public MemoryStore WithTraffic(FeatureSchema schema, long firstDay, int days, int keys = 6, int seed = 1)
    {
        var random = new Random(seed);
        for (var day = firstDay; day < firstDay + days; day++)
        {
            for (var hour = 1; hour <= 24; hour++)
            {
                for (var key = 0; key < keys; key++)
                {
                    var end = (day * EventClock.Day) + (hour * EventClock.Hour);
                    Add(schema, $"key-{key}", end, EventClock.Hour, Poisson(random, 20 + (10 * key)), Poisson(random, 3));
                }
            }
        }

        return this;
    }

    private static double Poisson(Random random, double mean)
    {
        var (limit, product, count) = (Math.Exp(-mean), 1.0, -1);
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }
}

/// <summary>Schemas for tests.</summary>
internal static class TestSchema
{
    /// <summary>A profile with a window of an hour, keyed by an API key.</summary>
    public static readonly FeatureSchema ApiKey = Of("api-key", "secstream.api_key.id");

    /// <summary>A profile keyed by an address and a user.</summary>
    public static readonly FeatureSchema AddressAndUser = Of("login", "source.address", "user.name");

    public static FeatureSchema Of(string profile, params string[] keys) => new()
    {
        Profile = profile,
        Version = $"{profile.Length:x16}",
        KeyNames = keys,
        Windows = [EventClock.Hour],
        Features =
        [
            new FeatureDefinition { Name = "request_rate", Noun = "requests", IsCount = true, MinAbsolute = 5, MinRelative = 0.2 },
            new FeatureDefinition { Name = "error_rate", Noun = "errors", IsCount = true, MinAbsolute = 3, MinRelative = 0.2 },
        ],
    };
}
