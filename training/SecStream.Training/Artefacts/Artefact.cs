using System.Security.Cryptography;
using SecStream.Models.WindowModels;
using SecStream.Training.Registry;

namespace SecStream.Training.Artefacts;

/// <summary>A model as it is stored, every byte of it checked: files against the manifest, the manifest against the id.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Manifest">What its training says of it.</param>
/// <param name="Model">The model itself.</param>
public sealed record Artefact(string Id, ModelManifest Manifest, byte[] Model)
{
    /// <summary>Name of the file of the model itself.</summary>
    public const string ModelFile = "model.bin";

    /// <summary>Name of the file for notebooks.</summary>
    public const string ReportFile = "training-report.json";

    /// <summary>Opens a folder whose name is the id.</summary>
    /// <exception cref="InvalidDataException">It is not there, or damaged; the message says which file, and what to do.</exception>
    public static Artefact Open(string folder)
    {
        var id = Path.GetFileName(folder);
        var content = Read(folder, ModelManifest.FileName);
        if (!ModelId.IsOne(id) || !HashOf(content).AsSpan().StartsWith(ModelId.HashOf(id)))
        {
            throw Damaged(folder, ModelManifest.FileName, "its content is not what the id says");
        }

        ModelManifest manifest;
        try
        {
            manifest = ModelManifest.Parse(content);
        }
        catch (InvalidDataException fault)
        {
            throw Damaged(folder, ModelManifest.FileName, fault.Message);
        }

        byte[]? model = null;
        foreach (var file in manifest.Files)
        {
            var bytes = Read(folder, Path.GetFileName(file.Name));
            if (bytes.Length != file.Bytes || HashOf(bytes) != file.Sha256)
            {
                throw Damaged(folder, file.Name, $"its content ({bytes.Length:N0} bytes) is not what {ModelManifest.FileName} says ({file.Bytes:N0} bytes)");
            }

            model = file.Name == ModelFile ? bytes : model;
        }

        return new Artefact(id, manifest, model ?? throw Damaged(folder, ModelFile, $"it is not among the files of {ModelManifest.FileName}"));
    }

    /// <summary>The models, ready to judge.</summary>
    /// <exception cref="InvalidDataException">They are of a version that this program does not read.</exception>
    public ModelSet Load()
    {
        try
        {
            return ModelSet.Load(new MemoryStream(Model, writable: false), Id);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"model {Id}: {fault.Message}; train again with this version of SecStream");
        }
    }

    /// <summary>SHA-256 in lower-case hex.</summary>
    internal static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Read(string folder, string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, name));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // What is missing and what to do about it is all there is to say.
            throw Damaged(folder, name, "it is missing");
        }
    }

    private static InvalidDataException Damaged(string folder, string file, string what) =>
        new($"{Path.Combine(folder, file)}: damaged: {what}; restore the folder from a backup, or train again");
}
