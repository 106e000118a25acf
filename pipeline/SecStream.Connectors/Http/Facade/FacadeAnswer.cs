using System.Text;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Http.Facade;

/// <summary>What a shipper is answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="IsText">Plain text (<c>_cat</c>) rather than JSON.</param>
internal readonly record struct FacadeAnswer(int Status, byte[] Body, bool IsText = false)
{
    /// <summary>A JSON document.</summary>
    public static FacadeAnswer Json(JsonNode document, int status = 200) => new(status, Encoding.UTF8.GetBytes(document.ToJsonString()));

    /// <summary>Done.</summary>
    public static FacadeAnswer Acknowledged { get; } = Json(new JsonObject { ["acknowledged"] = true });

    /// <summary>An error in the form of Elasticsearch.</summary>
    public static FacadeAnswer Error(int status, string kind, string reason) => Json(
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["root_cause"] = new JsonArray(new JsonObject { ["type"] = kind, ["reason"] = reason }),
                ["type"] = kind,
                ["reason"] = reason,
            },
            ["status"] = status,
        },
        status);

    /// <summary>An error that is only a sentence, as Elasticsearch has it for paths and methods it does not know.</summary>
    public static FacadeAnswer PlainError(int status, string reason) => Json(new JsonObject { ["error"] = reason, ["status"] = status }, status);
}
