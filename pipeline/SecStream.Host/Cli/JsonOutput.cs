using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecStream.Host.Cli;

/// <summary>What commands print for programs: one JSON document, snake case.</summary>
internal static class JsonOutput
{
    /// <summary>How it is written: ASCII, indented, without nulls.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Prints a document to standard output.</summary>
    public static void Print<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Options));
}
