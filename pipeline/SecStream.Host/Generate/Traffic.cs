using System.IO.Compression;
using System.Text;
using SecStream.Core.Events;

namespace SecStream.Host.Generate;

/// <summary>
/// Made-up traffic of a small company as ECS events: people with habits, programs with keys, visitors. For trying the product out, for tests and
/// demonstrations of training. Addresses are of ranges set aside for tests. The same options give the same bytes.
/// </summary>
internal static class Traffic
{
    /// <summary>Writes the events.</summary>
    /// <param name="options">What to make up.</param>
    /// <param name="output">Takes one event a line.</param>
    /// <param name="progress">Told after every day how many are done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Number of events, and the attacks among them.</returns>
    public static (long Events, IReadOnlyList<TrafficAttack> Attacks) Write(TrafficOptions options, TextWriter output, Action<int>? progress, CancellationToken cancellation)
    {
        var people = new TrafficPeople(options);
        var first = EventClock.ToMicroseconds(options.From);
        var events = 0L;
        IReadOnlyList<TrafficAttack> attacks = [];
        for (var d = 0; d < options.Days; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = first + (d * EventClock.Day);
            var day = new TrafficDay(people, start, options.Seed);
            day.AddOrdinary();
            if (options.HasAttacks && d == options.Days - 1)
            {
                attacks = new TrafficAttacks(people, day, start, options.Seed).Add();
            }

            events += day.Write(output);
            progress?.Invoke(d + 1);
        }

        return (events, attacks);
    }

    /// <summary>Writes them to a file, compressed when its name ends in .gz.</summary>
    public static (long Events, IReadOnlyList<TrafficAttack> Attacks) WriteFile(TrafficOptions options, string path, Action<int>? progress, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        using Stream target = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using var writer = new StreamWriter(target, new UTF8Encoding(false), 1 << 16);
        return Write(options, writer, progress, cancellation);
    }
}
