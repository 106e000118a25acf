using SecStream.Host.Configuration;

namespace SecStream.Host.Cli;

/// <summary>The data folder of a service.</summary>
internal static class SegmentFolder
{
    /// <summary>The folder named, else that of the configuration, else <c>data</c>, when it has the part asked for.</summary>
    /// <exception cref="ConfigurationException">It has not.</exception>
    public static string Find(string? named, string part)
    {
        var folder = ConfiguredData.Find(named, config: null);
        if (Directory.Exists(Path.Combine(folder, part)))
        {
            return folder;
        }

        var what = named is null ? folder : $"--data {named}";
        throw new ConfigurationException(
            !Directory.Exists(folder) ? $"{what}: no such folder; run serve first, or name its folder with --data DIR"
            : File.Exists(Path.Combine(folder, part + ".ndjson")) ? $"{what}: these are the results of a replay, {part}.ndjson is a plain file; name the --data folder of serve"
            : $"{what}: there is no folder {part} in it; name the --data folder of serve");
    }
}
