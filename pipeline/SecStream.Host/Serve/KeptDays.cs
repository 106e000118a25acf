using System.Globalization;
using System.Text;
using SecStream.Connectors.Segments;
using SecStream.Core.Alerts;
using SecStream.Host.Configuration;
using SecStream.Stages.Parsing.Taxonomy;

namespace SecStream.Host.Serve;

/// <summary>How long the classes of stored events are kept, as the configuration says it: by severity, by class (<c>7d</c>), or by an event that is in the class.</summary>
internal static class KeptDays
{
    private static readonly (Severity Severity, int Class)[] s_classes = [(Severity.Low, 30), (Severity.Medium, 90), (Severity.High, 365), (Severity.Critical, 3 * 365)];

    /// <summary>The days of each class that is not kept as long as it is named after.</summary>
    /// <exception cref="ConfigurationException">A name stands for no class.</exception>
    public static RetentionOptions Of(RetentionSettings settings)
    {
        var days = new Dictionary<int, int>();
        foreach (var (severity, named) in s_classes)
        {
            if (settings.BySeverity.TryGetValue(severity, out var kept))
            {
                days[named] = Math.Max(1, (int)kept.TotalDays);
            }
        }

        foreach (var (name, kept) in settings.ByClass)
        {
            var named = ClassOf(name) ?? throw new ConfigurationException(
                $"events.retention.{name}: no severity, class or event of that name; use low, medium, high, critical, a class such as 7d, or an event such as health_check");
            days[named] = Math.Max(1, (int)kept.TotalDays);
        }

        return new RetentionOptions { Days = days };
    }

    /// <summary>The class that a name stands for; null: none.</summary>
    public static int? ClassOf(string name) =>
        name.EndsWith('d') && int.TryParse(name.AsSpan(0, name.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0
            ? days
            : EventTaxonomy.TryGet(Encoding.UTF8.GetBytes(name), out var entry) ? entry.RetentionDays : null;
}
