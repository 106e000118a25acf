using SecStream.Connectors.Features;
using SecStream.Core.Features;

namespace SecStream.Host.Trainer;

/// <summary>The stored windows of a data folder.</summary>
internal static class StoredWindows
{
    /// <summary>Name of their folder in a data folder.</summary>
    public const string FolderName = "features";

    /// <summary>Opens them, also while a service writes; without windows where none were ever written.</summary>
    public static IFeatureStore Open(string data) => new FeatureFileStore(Path.Combine(data, FolderName));
}
