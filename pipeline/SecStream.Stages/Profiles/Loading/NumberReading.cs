using System.Globalization;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>Reads numbers with bounds.</summary>
internal static class NumberReading
{
    /// <summary>The number at a key; null when it is not there or wrong (an issue says so).</summary>
    public static double? Read(YamlMappingNode map, string key, string path, double low, double high, IssueList issues)
    {
        if (YamlReading.Get(map, key) is not { } node)
        {
            return null;
        }

        var full = path.Length > 0 ? $"{path}.{key}" : key;
        if (double.TryParse(YamlReading.Text(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high)
        {
            return number;
        }

        issues.Error(
            "number", node, full, $"'{YamlReading.Text(node)}' is no number that can stand here",
            string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"));
        return null;
    }
}
