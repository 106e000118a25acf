using SecStream.Core.Features;
using SecStream.Host.Versions;
using SecStream.Training.Artefacts;
using SecStream.Training.Registry;

namespace SecStream.Host.Explain;

/// <summary>Finds the model that an alert names, wherever models are kept: with those that are, or were, in force, or in the folder of one model.</summary>
internal static class AlertModels
{
    /// <summary>The model; null when it is in none of the folders.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="folders">Data folders, folders of models, folders of one model; null: none.</param>
    /// <exception cref="ConfigurationException">It can't be used.</exception>
    public static IModelSet? Find(string id, IEnumerable<string?> folders)
    {
        // The id comes from a document: it names a folder and no path.
        if (id.Length == 0 || id != Path.GetFileName(id) || id is "." or "..")
        {
            return null;
        }

        foreach (var folder in folders.OfType<string>())
        {
            foreach (var place in (string[])[folder, Path.Combine(folder, id), Path.Combine(folder, ModelRegistry.FolderName, id)])
            {
                if (File.Exists(Path.Combine(place, ModelManifest.FileName)) && ModelFiles.Load(ModelFiles.Read(place)) is { } found && found.Id == id)
                {
                    return found;
                }
            }
        }

        return null;
    }
}
