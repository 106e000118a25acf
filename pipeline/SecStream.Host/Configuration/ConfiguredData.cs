namespace SecStream.Host.Configuration;

/// <summary>The data folder that a command about a service means.</summary>
internal static class ConfiguredData
{
    /// <summary>The one named, else that of the configuration, else <c>data</c>.</summary>
    /// <exception cref="ConfigurationException">The configuration can't be used.</exception>
    public static string Find(string? named, string? config) => named ?? ServiceOptionsReader.Load(config).Options.Data;
}
