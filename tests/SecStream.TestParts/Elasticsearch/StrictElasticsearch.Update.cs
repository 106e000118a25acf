namespace SecStream.TestParts.Elasticsearch;

/// <summary>Updates by script.</summary>
public sealed partial class StrictElasticsearch
{
    /// <summary>
    /// What scripts do: the source of the script → (document or null, parameters) → new document, or null for no change. A script that is not in it fails
    /// to compile.
    /// </summary>
    public Dictionary<string, Func<System.Text.Json.Nodes.JsonObject, System.Text.Json.Nodes.JsonObject, bool>> Scripts { get; } = [];

    private static (int Status, StrictItemError? Error, StrictIndex? Index) Update(StrictIndex index, string id, byte[] body) =>
        Fail(400, "illegal_argument_exception", $"failed to execute script: updates of [{id}] in [{index.Name}] ({body.Length} bytes) are not played yet");
}
