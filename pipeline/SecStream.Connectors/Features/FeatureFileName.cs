using System.Globalization;
using SecStream.Core.Events;

namespace SecStream.Connectors.Features;

/// <summary>A file of windows of one schema that end within one UTC day: <c>2026-03-02.api-key.0123456789abcdef.features</c>.</summary>
/// <param name="Day">Days since 1970.</param>
/// <param name="Profile">Name of the profile.</param>
/// <param name="Version">Version of the schema.</param>
internal readonly record struct FeatureFileName(long Day, string Profile, string Version)
{
    private const string Extension = ".features";

    /// <summary>The day a window ending at a time belongs to: midnight belongs to the day before.</summary>
    public static long DayOf(long end) => EventClock.DayNumber(end - 1);

    /// <summary>Reads a name; null for any other file.</summary>
    public static FeatureFileName? Parse(string path)
    {
        var parts = Path.GetFileName(path).Split('.');
        return parts.Length == 4 && "." + parts[3] == Extension
            && DateOnly.TryParseExact(parts[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? new FeatureFileName(date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, parts[1], parts[2]) : null;
    }

    /// <summary>The files of a folder, by day and name.</summary>
    public static IEnumerable<(FeatureFileName Name, string Path)> In(string folder) => !Directory.Exists(folder) ? [] :
        Directory.EnumerateFiles(folder, "*" + Extension)
            .Select(path => (Name: Parse(path), Path: path))
            .Where(file => file.Name is not null)
            .Select(file => (file.Name!.Value, file.Path))
            .OrderBy(file => file.Value.Day).ThenBy(file => file.Path, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)Day):yyyy-MM-dd}.{Profile}.{Version}{Extension}");
}
