using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>Reads a configuration file into nodes that know their places, within bounds.</summary>
internal static class ConfigurationText
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxDepth = 16;

    /// <summary>The text of a file.</summary>
    /// <exception cref="ConfigurationException">It can't be read, or is larger than <see cref="MaxBytes"/>.</exception>
    public static string ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= MaxBytes
                ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(buffer, 0, length).TrimStart('\uFEFF')
                : throw new ConfigurationException($"{path}: larger than 1 MiB; a configuration file is a page of settings");
        }
        catch (DecoderFallbackException fault)
        {
            throw new ConfigurationException($"{path}: not UTF-8; save it as UTF-8", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>The map a text is; null when it is empty or an issue was added.</summary>
    public static YamlMappingNode? Parse(string text, ConfigurationIssues issues)
    {
        var reached = Mark.Empty;
        try
        {
            if (OutOfBounds(text, ref reached) is { } found)
            {
                issues.Add(found.At, "", found.Message, found.Mend);
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            switch (stream.Documents)
            {
                case []:
                case [{ RootNode: YamlScalarNode { Value: null or "" } }]:
                    return null;
                case [{ RootNode: YamlMappingNode map }]:
                    return map;
                case [var only]:
                    issues.Add(only.RootNode, "", "a configuration is a map of keys", "write 'key: value' lines, such as 'tenant: acme'");
                    return null;
                default:
                    issues.Add(stream.Documents[1].RootNode, "", "a configuration is one document", "take the '---' out");
                    return null;
            }
        }
        catch (YamlException fault)
        {
            // What the author typed, not a fault of ours: it becomes an issue with its place.
            issues.Add(fault.Start, "", fault.Message, "look at the indentation and quotes there; YAML allows no tabs");
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The YAML library stumbles over some malformed texts with exceptions of this kind, which bear no place. What it was given is at fault all the same.
            issues.Add(reached, "", "from here on this is no YAML", "look at quotes, brackets and unusual characters");
            return null;
        }
    }

    /// <summary>
    /// What nothing here needs and a reader that recurses could choke on, found on the flat events: depth, and references that repeat a part.
    /// </summary>
    private static (Mark At, string Message, string Mend)? OutOfBounds(string text, ref Mark reached)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            reached = parser.Current!.End;
            depth += parser.Current switch { MappingStart or SequenceStart => 1, MappingEnd or SequenceEnd => -1, _ => 0 };
            if (depth > MaxDepth)
            {
                return (parser.Current.Start, $"more than {MaxDepth} levels deep", "");
            }

            if (parser.Current is AnchorAlias)
            {
                return (parser.Current.Start, "a reference (*name) can't be used here", "write the value out");
            }
        }

        return null;
    }
}
