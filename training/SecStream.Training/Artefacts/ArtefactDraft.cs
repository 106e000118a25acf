using SecStream.Training.Registry;

namespace SecStream.Training.Artefacts;

/// <summary>A model that was trained and is not stored yet.</summary>
public sealed class ArtefactDraft
{
    /// <summary>Makes a draft.</summary>
    /// <param name="lastDay">Last day of its training, those that evaluate included.</param>
    /// <param name="manifest">What its training says of it, without the files.</param>
    /// <param name="files">The other files by name.</param>
    public ArtefactDraft(long lastDay, ModelManifest manifest, IReadOnlyList<(string Name, byte[] Content)> files)
    {
        Files = files;
        Manifest = manifest with { Files = [.. files.Select(f => new ManifestFile(f.Name, f.Content.Length, Artefact.HashOf(f.Content)))] };
        ManifestBytes = Manifest.ToBytes();
        Id = ModelId.Of(lastDay, Artefact.HashOf(ManifestBytes));
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>The manifest with its files.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The other files by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Files { get; }

    /// <summary>The manifest's file.</summary>
    public byte[] ManifestBytes { get; }
}
