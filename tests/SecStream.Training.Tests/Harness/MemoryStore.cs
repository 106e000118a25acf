using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Days;

namespace SecStream.Training.Tests.Harness;

/// <summary>Stored windows in memory.</summary>
internal sealed class MemoryStore : IFeatureStore
{
    private readonly List<FeatureSchema> _schemas = [];
    private readonly SortedDictionary<(string Profile, long Window, long Day), List<FeatureVector>> _windows = [];

    public IReadOnlyList<FeatureSchema> Schemas() => _schemas;

    public IReadOnlyList<long> Days(FeatureSchema schema) => [.. _windows.Keys.Where(k => k.Profile == schema.Profile).Select(k => k.Day).Distinct().Order()];

    public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day) =>
        _windows.TryGetValue((schema.Profile, window, day), out var found)
            ? found.OrderBy(w => w.End).ThenBy(w => Encoding.UTF8.GetString(w.Key), StringComparer.Ordinal)
            : [];

    /// <summary>Adds a window.</summary>
    public FeatureVector Add(FeatureSchema schema, string key, long end, long window, params double[] values)
    {
        var vector = FeatureVector.Of(schema);
        vector.Key = Encoding.UTF8.GetBytes(key);
        vector.Start = end - window;
        vector.End = end;
        vector.Events = 1 + (long)(values.Length > 0 ? values[0] : 0);
        values.CopyTo(vector.Values, 0);
        if (!_schemas.Contains(schema))
        {
            _schemas.Add(schema);
        }

        var place = (schema.Profile, window, UtcDay.OfWindowEnd(end));
        if (!_windows.TryGetValue(place, out var list))
        {
            _windows.Add(place, list = []);
        }

        list.Add(vector);
        return vector;
    }

    /// <summary>Adds ordinary traffic: keys with windows all day, of the first length of the schema, counts that draw around a rate of their own.</summary>
    public MemoryStore WithTraffic(FeatureSchema schema, long firstDay, int days, int keys = 6, int seed = 1)
    {
        var random = new Random(seed);
        for (var day = firstDay; day < firstDay + days; day++)
        {
            for (var end = (day * EventClock.Day) + schema.Windows[0]; end <= (day + 1) * EventClock.Day; end += schema.Windows[0])
            {
                for (var key = 0; key < keys; key++)
                {
                    Add(schema, $"key-{key}", end, schema.Windows[0], Poisson(random, 20 + (10 * key)), Poisson(random, 3));
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

    /// <summary>The same with windows of five minutes: enough of them to be calibrated.</summary>
    public static readonly FeatureSchema Busy = ApiKey with { Windows = [5 * EventClock.Minute] };

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
