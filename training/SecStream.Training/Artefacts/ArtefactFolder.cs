using SecStream.Training.Files;

namespace SecStream.Training.Artefacts;

/// <summary>Folders of artefacts. Written beside and renamed: a folder that has the name of an id is whole.</summary>
internal static class ArtefactFolder
{
    private const string Unfinished = ".tmp";
    private const string Doomed = ".gone";

    /// <summary>Stores an artefact; on disk when it returns. One that is there already and whole stays.</summary>
    /// <returns>Whether it is new.</returns>
    public static bool Store(IFileSteps steps, string directory, ArtefactDraft draft)
    {
        var folder = Path.Combine(directory, draft.Id);
        if (IsWhole(folder))
        {
            return false;
        }

        var temporary = folder + Unfinished;
        RemoveIfThere(temporary);
        Directory.CreateDirectory(temporary);
        foreach (var (name, content) in draft.Files)
        {
            steps.Write(Path.Combine(temporary, name), content);
        }

        steps.Write(Path.Combine(temporary, ModelManifest.FileName), draft.ManifestBytes);
        steps.SyncFolder(temporary);

        // What has the name and is damaged is put right by the same content.
        RemoveIfThere(folder);
        steps.RenameFolder(temporary, folder);
        steps.SyncFolder(directory);
        return true;
    }

    /// <summary>Takes away what a crash has left: parts of models that never were, or no longer are. In one's turn alone.</summary>
    public static void Sweep(string directory)
    {
        foreach (var left in Directory.EnumerateDirectories(directory).Where(d => d.EndsWith(Unfinished, StringComparison.Ordinal) || d.EndsWith(Doomed, StringComparison.Ordinal)).ToList())
        {
            RemoveIfThere(left);
        }
    }

    /// <summary>Deletes an artefact; half of one never has an id's name.</summary>
    public static void Delete(IFileSteps steps, string directory, string id)
    {
        var doomed = Path.Combine(directory, id + Doomed);
        RemoveIfThere(doomed);
        steps.RenameFolder(Path.Combine(directory, id), doomed);
        RemoveIfThere(doomed);
    }

    private static bool IsWhole(string folder)
    {
        try
        {
            _ = Artefact.Open(folder);
            return true;
        }
        catch (InvalidDataException)
        {
            // Missing or damaged: it is written afresh.
            return false;
        }
    }

    private static void RemoveIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
