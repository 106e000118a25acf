using SecStream.Stages.Alerting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>Something in the configuration file that can't be used.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Key">Path of the key: <c>http.keys[0].role</c>; empty for the file as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Mend">What to do; may be empty.</param>
public sealed record ConfigurationIssue(string File, int Line, int Column, string Key, string Message, string Mend)
{
    private const int MostCharacters = 400;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{File}:{Line}:{Column}: {(Key.Length > 0 ? SafeText.Show(Key) + ": " : "")}{SafeText.Show(Message, MostCharacters)}{(Mend.Length > 0 ? "; " + SafeText.Show(Mend, MostCharacters) : "")}";
}

/// <summary>Collects the issues of one file.</summary>
internal sealed class ConfigurationIssues(string file)
{
    private const int Most = 200;
    private readonly List<ConfigurationIssue> _issues = [];

    /// <summary>The file.</summary>
    public string File => file;

    /// <summary>Folder of the file, which relative paths are relative to.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>The issues by position.</summary>
    public IReadOnlyList<ConfigurationIssue> All => [.. _issues.OrderBy(i => i.Line).ThenBy(i => i.Column)];

    /// <summary>Adds an issue at a node.</summary>
    public void Add(YamlNode at, string key, string message, string mend = "") => Add(at.Start, key, message, mend);

    /// <summary>Adds an issue at a place.</summary>
    public void Add(Mark at, string key, string message, string mend = "")
    {
        if (_issues.Count < Most)
        {
            _issues.Add(new ConfigurationIssue(file, Number(at.Line), Number(at.Column), key, message, mend));
        }
    }

    private static int Number(long value) => (int)Math.Clamp(value, 1, int.MaxValue);
}
