using System.Globalization;
using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>The fields that rows of one profile carry, each once.</summary>
internal sealed class ProfileFields(FieldCatalog catalog, FieldNames names, IssueList issues)
{
    private readonly List<string> _numberTexts = [];
    private readonly List<string> _hashTexts = [];
    private readonly List<string> _categoryTexts = [];

    public List<NumberField> Numbers { get; } = [];

    public List<HashField> Hashes { get; } = [];

    public List<HashField> Categories { get; } = [];

    /// <summary>Place of a number.</summary>
    public int Number(YamlNode node, string path, double factor)
    {
        var (text, ids) = Read(node, path);
        return Place(Numbers, _numberTexts, string.Create(CultureInfo.InvariantCulture, $"{text} * {factor}"), new NumberField(ids, factor));
    }

    /// <summary>Place of a hashed field.</summary>
    public int Hash(YamlNode node, string path)
    {
        var (text, ids) = Read(node, path);
        return Place(Hashes, _hashTexts, text, new HashField(ids));
    }

    /// <summary>Adds a category; the name of its first field, null when it names none.</summary>
    public string? Category(YamlNode node, string path)
    {
        var (text, ids) = Read(node, path);
        _categoryTexts.Add(text);
        Categories.Add(new HashField(ids));
        return ids.Length > 0 ? text.Split('|')[0] : null;
    }

    /// <summary>Says what rows carry.</summary>
    public string Describe() => $"numbers {string.Join(',', _numberTexts)} hashes {string.Join(',', _hashTexts)} categories {string.Join(',', _categoryTexts)}";

    private static int Place<T>(List<T> list, List<string> texts, string text, T field)
    {
        var at = texts.IndexOf(text);
        if (at < 0)
        {
            at = list.Count;
            texts.Add(text);
            list.Add(field);
        }

        return at;
    }

    private (string Text, int[] Ids) Read(YamlNode node, string path)
    {
        var fields = (YamlReading.Text(node) ?? "").Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(names.Resolve).ToArray();
        if (fields.Length == 0)
        {
            issues.Error("field", node, path, "a field is needed", "like url.path, or user.email|user.name");
        }

        foreach (var field in fields.Where(f => !names.IsKnown(f)))
        {
            issues.Warn("unknown-field", node, path, $"'{field}' is no field that events are known to have", names.Suggest(field));
        }

        return (string.Join('|', fields), [.. fields.Select(catalog.Intern)]);
    }
}
