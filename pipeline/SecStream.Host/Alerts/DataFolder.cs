namespace SecStream.Host.Alerts;

/// <summary>Where a service or a replay has put its results.</summary>
internal static class DataFolder
{
    /// <summary>The folder named; else that of the configuration (<c>data</c>), or <c>out</c> when only that has results.</summary>
    /// <exception cref="ConfigurationException">There are no results in it.</exception>
    public static string Find(string? named, string file)
    {
        if (named is not null)
        {
            return HasResults(named, file)
                ? named
                : throw new ConfigurationException(
                    Directory.Exists(named)
                        ? $"--data {named}: there is no {file} in it; name the --data folder of serve or the --out folder of replay"
                        : $"--data {named}: no such folder; name the --data folder of serve or the --out folder of replay");
        }

        return ((string[])[Configuration.ConfiguredData.Find(null, null), "out"]).FirstOrDefault(folder => HasResults(folder, file))
            ?? throw new ConfigurationException($"no {file} in ./data or ./out; run serve or replay first, or name the folder with --data DIR");
    }

    /// <summary>Opens what a folder has: the store of a service, else the files of a replay.</summary>
    public static IAlertSource Open(string directory, bool incidents, TimeProvider time) => StoreAlerts.IsIn(directory)
        ? new StoreAlerts(directory, incidents, time)
        : new AlertFile(Path.Combine(directory, incidents ? "incidents.ndjson" : "alerts.ndjson"));

    private static bool HasResults(string folder, string file) => File.Exists(Path.Combine(folder, file)) || StoreAlerts.IsIn(folder);
}
