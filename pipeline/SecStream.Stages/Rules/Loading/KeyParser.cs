using SecStream.Core.Fields;
using SecStream.Stages.Rules.Model;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Reads keys: a list of fields, each with alternatives after <c>|</c> in order of preference.</summary>
internal sealed class KeyParser(FieldCatalog catalog, FieldNames names)
{
    private static readonly string[] Addresses =
        ["source.address", "source.ip", "client.address", "client.ip", "destination.address", "destination.ip", "host.ip"];

    /// <summary>What a foreign rule without a key is counted by.</summary>
    public KeyPart[] Default() => [Part("host.name|source.address|user.name|event.dataset", null, null)];

    /// <summary>The parts of a key.</summary>
    /// <param name="node">A field or a list of fields; null for no key.</param>
    /// <param name="alias">The field of an alias for the input at hand, null when the name is none.</param>
    /// <param name="issues">Where unknown fields are reported.</param>
    public KeyPart[] Parse(YamlNode? node, Func<string, string?> alias, IssueList issues) =>
        node is null ? [] : [.. (YamlReading.Scalars(node) ?? []).Select(s => Part(s.Value ?? "", alias, (s, issues)))];

    /// <summary>Whether values of a field are addresses.</summary>
    public static bool IsAddress(string field) => Addresses.Contains(field);

    private KeyPart Part(string text, Func<string, string?>? alias, (YamlNode Node, IssueList Issues)? at)
    {
        var written = text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var fields = written.Select(w => names.Resolve(alias?.Invoke(w) ?? w)).ToArray();
        foreach (var field in fields.Where(f => !names.IsKnown(f)))
        {
            at?.Issues.Warn("unknown-field", at.Value.Node, "key", $"'{field}' is no field that events are known to have", names.Suggest(field));
        }

        // An alias names the part, so that the inputs of one rule agree on it; else the first field does.
        var name = written.Length > 0 && alias?.Invoke(written[0]) is not null ? written[0] : fields.FirstOrDefault() ?? "";
        return new KeyPart(name, [.. fields.Select(catalog.Intern)], fields.Length > 0 && IsAddress(fields[0]));
    }
}
