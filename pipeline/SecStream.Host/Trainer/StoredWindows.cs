using SecStream.Core.Features;

namespace SecStream.Host.Trainer;

/// <summary>The stored windows of a data folder.</summary>
internal static class StoredWindows
{
    /// <summary>Opens them; a store without windows where none were ever written.</summary>
    public static IFeatureStore Open(string data) => new NoWindows();

    private sealed class NoWindows : IFeatureStore
    {
        public IReadOnlyList<FeatureSchema> Schemas() => [];

        public IReadOnlyList<long> Days(FeatureSchema schema) => [];

        public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day) => [];
    }
}
