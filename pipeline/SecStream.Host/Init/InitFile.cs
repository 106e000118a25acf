using SecStream.Host.Configuration;

namespace SecStream.Host.Init;

/// <summary>The file that <c>init</c> writes: never over one that is there, and never one that can't be used.</summary>
internal static class InitFile
{
    /// <summary>Reads the text as the service will.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Where it is to be written; paths in it are relative to its folder.</param>
    /// <exception cref="ConfigurationException">A flag gave something that can't be used; the message names the key.</exception>
    public static ServiceOptions Check(string text, string path)
    {
        var issues = new ConfigurationIssues(path);
        var loaded = ServiceOptionsReader.Read(text, issues);
        return issues.All is { Count: > 0 } all
            ? throw new ConfigurationException("nothing was written:\n" + string.Join('\n', all.Select(issue => $"{issue.Key}: {issue.Message}{(issue.Mend.Length > 0 ? "; " + issue.Mend : "")}")))
            : loaded.Options;
    }

    /// <summary>Writes it. Returns the copy of what was there; null: nothing was.</summary>
    /// <exception cref="ConfigurationException">There is one, and it is not to be replaced; or it can't be written.</exception>
    public static string? Write(string path, string text, bool isForced)
    {
        try
        {
            string? backup = null;
            if (File.Exists(path))
            {
                if (!isForced)
                {
                    throw new ConfigurationException($"{path} is there already, and is left as it is; name another file with --out, or --force replaces it and keeps a copy");
                }

                backup = FreeName(path + ".bak");
                File.Copy(path, backup);
            }

            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            // Complete or not at all; and a file that has come meanwhile is not written over either.
            var half = path + ".tmp";
            File.WriteAllText(half, text);
            File.Move(half, path, overwrite: isForced);
            return backup;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} can't be written: {fault.Message}; name another file with --out", fault);
        }
    }

    private static string FreeName(string path)
    {
        var free = path;
        for (var i = 2; File.Exists(free); i++)
        {
            free = FormattableString.Invariant($"{path}.{i}");
        }

        return free;
    }
}
