using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Alerts;

namespace SecStream.Training.Registry;

/// <summary>The registry's file.</summary>
public static class RegistryFile
{
    /// <summary>Its name in the folder of models.</summary>
    public const string Name = "registry.json";

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads the registry of a folder of models; an empty one when there is none yet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static RegistryState Read(string directory)
    {
        var path = Path.Combine(directory, Name);
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nothing was ever trained here.
            return new RegistryState();
        }

        return Parse(path, content);
    }

    /// <summary>The severity that a cap names; null: none.</summary>
    internal static Severity? SeverityOf(string cap) =>
        Enum.GetValues<Severity>().Where(s => s.ToString().Equals(cap, StringComparison.OrdinalIgnoreCase)).Select(s => (Severity?)s).FirstOrDefault();

    internal static byte[] Write(RegistryState state) => [.. JsonSerializer.SerializeToUtf8Bytes(state, s_options), (byte)'\n'];

    private static RegistryState Parse(string path, byte[] content)
    {
        try
        {
            var state = JsonSerializer.Deserialize<RegistryState>(content, s_options);
            if (state is not { Format: RegistryState.CurrentFormat, Former: not null, History: not null })
            {
                throw new InvalidDataException($"{path}: its format is {state?.Format}, this version reads {RegistryState.CurrentFormat}; use the version of SecStream that wrote it");
            }

            if (state.Cap is { } cap && SeverityOf(cap) is null)
            {
                throw new InvalidDataException($"{path}: cap '{cap}' is no severity; restore the file from a backup, or delete it and promote a model again");
            }

            return new[] { state.Champion, state.Challenger }.Concat(state.Former).OfType<string>().FirstOrDefault(id => !ModelId.IsOne(id)) is { } strange
                ? throw new InvalidDataException($"{path}: '{strange}' is no id of a model; restore the file from a backup, or delete it and promote a model again")
                : state;
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: damaged ({fault.Message}); restore the file from a backup, or delete it and promote a model again");
        }
    }
}
