using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using SecStream.Training.Artefacts;
using SecStream.Training.Registry;

namespace SecStream.Host.Versions;

/// <summary>Which files the models in force are made of: those of the champion, or of the one model whose folder is named.</summary>
internal static class ModelFiles
{
    /// <summary>Role of the files in a version.</summary>
    public const string Role = "model";

    private const string CapRole = "cap";

    /// <summary>The models that a folder names, as a version; one without files when there is no champion.</summary>
    /// <param name="folder">A data folder, a folder of models with its registry, or the folder of one model; null: no models.</param>
    /// <exception cref="ConfigurationException">The registry or the model can't be used; the message says what to do.</exception>
    public static KnowledgeVersion Read(string? folder)
    {
        try
        {
            if (Artefact(folder) is not { } path)
            {
                return new KnowledgeVersion(KnowledgeSubject.Models, []);
            }

            var artefact = Training.Artefacts.Artefact.Open(path);
            var cap = RegistryFolder(folder!) is { } models && RegistryFile.Read(models) is { Champion: { } champion, Cap: { } severity } && champion == artefact.Id
                ? [new VersionFile(CapRole, $"{artefact.Id}/cap", System.Text.Encoding.UTF8.GetBytes(severity))]
                : Array.Empty<VersionFile>();
            return new KnowledgeVersion(
                KnowledgeSubject.Models,
                [
                    new VersionFile(Role, $"{artefact.Id}/{ModelManifest.FileName}", File.ReadAllBytes(Path.Combine(path, ModelManifest.FileName))),
                    new VersionFile(Role, $"{artefact.Id}/{Training.Artefacts.Artefact.ModelFile}", artefact.Model),
                    .. cap,
                ]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException($"models: {fault.Message}", fault);
        }
    }

    /// <summary>Paths whose change means that other models may be in force.</summary>
    public static IEnumerable<string> Watched(string? folder) =>
        folder is null ? [] : [Path.Combine(RegistryFolder(folder) ?? folder, RegistryFile.Name)];

    /// <summary>The models of a version; null: it has none.</summary>
    /// <exception cref="ConfigurationException">They are of a form that this program does not read.</exception>
    public static IModelSet? Load(KnowledgeVersion version)
    {
        if (version.Files.FirstOrDefault(f => f.Name.EndsWith('/' + Training.Artefacts.Artefact.ModelFile, StringComparison.Ordinal)) is not { } file)
        {
            return null;
        }

        var id = file.Name.Split('/')[0];
        try
        {
            var set = ModelSet.Load(new MemoryStream(file.Content, writable: false), id);
            return version.Files.FirstOrDefault(f => f.Role == CapRole) is { } cap
                ? set.Capped(Enum.Parse<Core.Alerts.Severity>(System.Text.Encoding.UTF8.GetString(cap.Content), ignoreCase: true))
                : set;
        }
        catch (InvalidDataException fault)
        {
            throw new ConfigurationException($"model {id}: {fault.Message}; train again with this version of SecStream, or roll back (models rollback)", fault);
        }
    }

    private static string? Artefact(string? folder)
    {
        if (folder is null)
        {
            return null;
        }

        if (File.Exists(Path.Combine(folder, ModelManifest.FileName)))
        {
            return Path.GetFullPath(folder);
        }

        return RegistryFolder(folder) is { } models && RegistryFile.Read(models).Champion is { } champion ? Path.Combine(models, champion) : null;
    }

    private static string? RegistryFolder(string folder) =>
        new[] { folder, Path.Combine(folder, ModelRegistry.FolderName) }.FirstOrDefault(f => File.Exists(Path.Combine(f, RegistryFile.Name)));
}
