using System.Text.Json.Nodes;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>What a cluster holds for us, in the order in which one needs the other.</summary>
public enum SchemaKind : byte
{
    /// <summary>A lifecycle policy: ILM, or ISM in OpenSearch.</summary>
    Policy = 0,

    /// <summary>A component template.</summary>
    Component = 1,

    /// <summary>An index template.</summary>
    Template = 2,
}

/// <summary>A thing that is installed under a name.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name; begins with <c>secstream-</c>.</param>
/// <param name="Path">Where it is read and written, without the leading slash.</param>
/// <param name="Body">What is written.</param>
/// <param name="Hash">SHA-256 of the body without the marks of ownership, the first 16 hexadecimal digits.</param>
public sealed record SchemaObject(SchemaKind Kind, string Name, string Path, JsonObject Body, string Hash);
