using SecStream.Core.Events;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>
/// Reads <c>windows: [5m, 1h, 1d]</c> and <c>slide</c>: a duration for all longer windows, or a map from length to slide (<c>{1h: 5m}</c>).
/// Lengths divide each other, so the shortest slide is a pane that all windows are made of.
/// </summary>
internal sealed class WindowParser(IssueList issues)
{
    private const string Lengths = "1m, 5m, 15m, 1h, 1d";

    private static readonly long[] Allowed = [EventClock.Minute, 5 * EventClock.Minute, 15 * EventClock.Minute, EventClock.Hour, EventClock.Day];

    /// <summary>The windows in order of length; some default where they are wrong.</summary>
    public WindowSpec[] Parse(YamlMappingNode root)
    {
        if (YamlReading.Get(root, "windows") is not { } node || YamlReading.Scalars(node) is not { Count: > 0 } list)
        {
            issues.Error("windows", YamlReading.Get(root, "windows") ?? root, "windows", "a list of lengths is needed", $"some of {Lengths}");
            return [new(EventClock.Minute, EventClock.Minute)];
        }

        var lengths = list.Select(item => Length(item, "windows")).Distinct().Order().ToArray();
        var slides = YamlReading.Get(root, "slide") is { } slide ? Slides(slide, lengths) : [];
        return [.. lengths.Select(length => new WindowSpec(length, slides.GetValueOrDefault(length, length)))];
    }

    private Dictionary<long, long> Slides(YamlNode node, long[] lengths)
    {
        if (node is not YamlMappingNode map)
        {
            var all = Length(node, "slide");
            return lengths.Where(length => length > all).ToDictionary(length => length, length => Checked(node, length, all));
        }

        var slides = new Dictionary<long, long>();
        foreach (var (key, value) in map.Children)
        {
            var length = Length(key, "slide");
            var slide = Length(value, "slide");
            if (!lengths.Contains(length))
            {
                issues.Error("slide", key, "slide", $"there are no windows of {YamlReading.Text(key)}", "add the length to 'windows'");
            }

            slides[length] = Checked(value, length, slide);
        }

        return slides;
    }

    private long Checked(YamlNode at, long length, long slide)
    {
        if (slide > length)
        {
            issues.Error("slide", at, "slide", $"a slide of {YamlReading.Text(at)} leaves gaps between the windows", "a slide is at most as long as its window");
            return length;
        }

        if (length / slide > Profile.MaxOverlap)
        {
            issues.Error(
                "slide", at, "slide", $"with a slide of {YamlReading.Text(at)} every event lies in {length / slide} windows",
                $"at most {Profile.MaxOverlap}: take a longer slide, or a map like {{1h: 5m}}");
            return length;
        }

        return slide;
    }

    private long Length(YamlNode node, string key)
    {
        if (Durations.TryParse(YamlReading.Text(node), out var span) && Allowed.Contains(EventClock.ToMicroseconds(span)))
        {
            return EventClock.ToMicroseconds(span);
        }

        issues.Error("duration", node, key, $"'{YamlReading.Text(node)}' is no length a window can have", $"one of {Lengths}");
        return EventClock.Minute;
    }
}
