using System.Security.Cryptography;
using System.Text;

namespace SecStream.Host.Versions;

/// <summary>What can come into force, as the control log names it.</summary>
internal static class KnowledgeSubject
{
    /// <summary>A folder of rules with its tables.</summary>
    public const string Rules = "rules";

    /// <summary>GeoIP and ASN files.</summary>
    public const string GeoIp = "geoip";

    /// <summary>Blacklists, intelligence and allow-lists.</summary>
    public const string Intel = "intel";

    /// <summary>Users and assets.</summary>
    public const string Entities = "entities";

    /// <summary>The models that judge windows: the artefact that is champion.</summary>
    public const string Models = "models";

    /// <summary>A rule, by code, that is in force no longer until its text changes or it is enabled.</summary>
    public const string Disable = "disable";

    /// <summary>A rule, by code, that was disabled.</summary>
    public const string Enable = "enable";

    /// <summary>Those that are made of files.</summary>
    public static IReadOnlyList<string> OfFiles { get; } = [Rules, GeoIp, Intel, Entities, Models];
}

/// <summary>A file of a version.</summary>
/// <param name="Role">What it is read as: <c>rule</c>, <c>fields</c>, <c>logsources</c>, <c>geoip</c>, <c>Blacklist</c> …</param>
/// <param name="Name">What is known of its name: relative to the rule folder, or without its folder.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record VersionFile(string Role, string Name, byte[] Content)
{
    /// <summary>Where it was read from, for messages; not part of the version.</summary>
    public string Path { get; init; } = Name;
}

/// <summary>Everything that one subject follows from, read at one moment. Its hash names it.</summary>
internal sealed class KnowledgeVersion
{
    public KnowledgeVersion(string subject, IReadOnlyList<VersionFile> files)
    {
        Subject = subject;
        Files = files;
        Hash = HashOf(subject, files);
    }

    /// <summary>One of <see cref="KnowledgeSubject.OfFiles"/>.</summary>
    public string Subject { get; }

    /// <summary>There are no files: nothing is in force of the subject.</summary>
    public bool IsEmpty => Files.Count == 0;

    /// <summary>The files, in the order in which they count.</summary>
    public IReadOnlyList<VersionFile> Files { get; }

    /// <summary>First 16 hex digits of SHA-256 over roles, names and contents in order.</summary>
    public string Hash { get; }

    private static string HashOf(string subject, IReadOnlyList<VersionFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(subject));
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\0{file.Role}\0{file.Name}\0{file.Content.Length}\0"));
            hash.AppendData(file.Content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
