using System.Text;
using SecStream.Connectors.Features;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Days;

namespace SecStream.Host.Tests.Harness;

/// <summary>Stored windows of ordinary traffic, from 1 March 2026 on: enough of them to be calibrated.</summary>
internal static class StoredTraffic
{
    /// <summary>Keys, each with a window every five minutes.</summary>
    public const int Keys = 20;

    private static readonly long s_first = UtcDay.Read("2026-03-01")!.Value;

    private static readonly FeatureSchema s_schema = new()
    {
        Profile = "api-key",
        Version = "0123456789abcdef",
        KeyNames = ["secstream.api_key.id"],
        Windows = [5 * EventClock.Minute],
        Features = [new FeatureDefinition { Name = "request_rate", Noun = "requests", IsCount = true, MinAbsolute = 5, MinRelative = 0.2 }],
    };

    /// <summary>Writes so many days.</summary>
    public static void Write(string folder, int days)
    {
        var random = new Random(3);
        using var sink = new FeatureFileSink(folder);
        var window = FeatureVector.Of(s_schema);
        var length = s_schema.Windows[0];
        for (var end = (s_first * EventClock.Day) + length; end <= (s_first + days) * EventClock.Day; end += length)
        {
            for (var key = 0; key < Keys; key++)
            {
                window.Key = Encoding.UTF8.GetBytes($"key-{key}");
                (window.Start, window.End) = (end - length, end);
                window.Values[0] = Enumerable.Range(0, 8).Sum(_ => random.Next(key + 6));
                window.Events = (long)window.Values[0] + 1;
                sink.Write(window);
            }
        }

        sink.Flush();
    }
}
