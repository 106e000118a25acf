using System.Text.Json;
using System.Text.RegularExpressions;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>What a cluster holds under one of our names.</summary>
/// <param name="IsThere">Something is there.</param>
/// <param name="IsOurs">It says that we made it.</param>
/// <param name="Version">Version of the program that made it; 0 when it does not say.</param>
/// <param name="Hash">Hash of what was installed; empty when it does not say.</param>
/// <param name="SequenceTerm">Place of the document that holds it, for OpenSearch's policies: replaced only as it was seen.</param>
internal sealed partial record InstalledObject(bool IsThere, bool IsOurs, int Version, string Hash, (long Number, long Term)? SequenceTerm)
{
    private static readonly InstalledObject s_nothing = new(false, false, 0, "", null);

    /// <summary>Reads what is there.</summary>
    /// <exception cref="ElasticsearchException">The cluster does not say.</exception>
    public static async Task<InstalledObject> ReadAsync(IElasticsearchTransport transport, SchemaObject wanted, CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, wanted.Path, null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            return s_nothing;
        }

        using var json = answer.EnsureSuccess().ReadJson();
        try
        {
            return Read(json.RootElement, wanted);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new ElasticsearchException($"GET {wanted.Path} is answered in a form that is not known", fault);
        }
    }

    private static InstalledObject Read(JsonElement root, SchemaObject wanted)
    {
        switch (wanted.Kind)
        {
            case SchemaKind.Component:
                return OfMeta(root.GetProperty("component_templates")[0].GetProperty("component_template"));
            case SchemaKind.Template:
                return OfMeta(root.GetProperty("index_templates")[0].GetProperty("index_template"));
            case SchemaKind.Policy when root.TryGetProperty("_seq_no", out var number):
                var text = root.GetProperty("policy").TryGetProperty("description", out var description) ? description.GetString() ?? "" : "";
                return OfText(text) with { SequenceTerm = (number.GetInt64(), root.GetProperty("_primary_term").GetInt64()) };
            default:
                return OfMeta(root.GetProperty(wanted.Name).GetProperty("policy"));
        }
    }

    private static InstalledObject OfMeta(JsonElement holder) =>
        holder.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object
            && meta.TryGetProperty("managed_by", out var owner) && owner.ValueKind == JsonValueKind.String && owner.GetString() == ElasticsearchSchema.Owner
                ? new InstalledObject(true, true, meta.GetProperty("secstream_version").GetInt32(), meta.GetProperty("secstream_hash").GetString()!, null)
                : new InstalledObject(true, false, 0, "", null);

    private static InstalledObject OfText(string text) =>
        Marks().Match(text) is { Success: true } marks && int.TryParse(marks.Groups["version"].ValueSpan, out var version)
            ? new InstalledObject(true, true, version, marks.Groups["hash"].Value, null)
            : new InstalledObject(true, false, 0, "", null);

    [GeneratedRegex("^managed_by=secstream secstream_version=(?<version>[0-9]{1,6}) secstream_hash=(?<hash>[0-9a-f]{16})$")]
    private static partial Regex Marks();
}
