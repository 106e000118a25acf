using System.Security.Cryptography;
using System.Text;

namespace SecStream.Host.Api.Security;

/// <summary>A key that callers have: a name for the record, a role, and the hash of its secret (the secret itself is not kept).</summary>
public sealed class ApiKey
{
    /// <summary>Fewest characters of a secret: what is shorter can be guessed.</summary>
    public const int MinSecretLength = 16;
    private readonly byte[] _nameHash;
    private readonly byte[] _secretHash;

    private ApiKey(string name, Role role, string secret)
    {
        Name = name;
        Role = role;
        _nameHash = Hash(name);
        _secretHash = Hash(secret);
    }

    /// <summary>Its name: the user of Basic, the id of ApiKey, the author of a verdict.</summary>
    public string Name { get; }

    /// <summary>What it is for.</summary>
    public Role Role { get; }

    /// <summary>A key with its secret.</summary>
    /// <exception cref="ConfigurationException">The name is empty or has a colon, or the secret is shorter than 16 characters.</exception>
    public static ApiKey Create(string name, Role role, string secret) => Create(name, role, secret, "its secret");

    /// <summary>A key whose secret is in an environment variable.</summary>
    /// <exception cref="ConfigurationException">It is not set, or no good.</exception>
    public static ApiKey FromEnvironment(string name, Role role, string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } secret
            ? Create(name, role, secret.Trim(), $"the environment variable {variable}")
            : throw new ConfigurationException($"API key {name}: the environment variable {variable} is not set; set it to the secret");

    /// <summary>A key whose secret is the first line of a file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is no good.</exception>
    public static ApiKey FromFile(string name, Role role, string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Create(name, role, (reader.ReadLine() ?? "").Trim(), path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"API key {name}: {path} cannot be read ({fault.Message}); put the secret into it and let this user read it", fault);
        }
    }

    /// <summary>Whether this is its secret, and its name where one is given. Takes as long for a near miss as for a far one.</summary>
    internal bool Matches(ReadOnlySpan<byte> nameHash, ReadOnlySpan<byte> secretHash)
    {
        var secret = CryptographicOperations.FixedTimeEquals(secretHash, _secretHash);
        var name = nameHash.IsEmpty | CryptographicOperations.FixedTimeEquals(nameHash, _nameHash);
        return secret & name;
    }

    /// <summary>SHA-256: secrets are long and random, so there is nothing for a slower hash to protect.</summary>
    internal static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static ApiKey Create(string name, Role role, string secret, string where)
    {
        if (name.Length is 0 or > 64 || name.Contains(':', StringComparison.Ordinal) || name.Any(char.IsControl))
        {
            throw new ConfigurationException($"API key '{name}': a name has 1 to 64 characters and no colon");
        }

        return secret.Length >= MinSecretLength
            ? new ApiKey(name, role, secret)
            : throw new ConfigurationException(
                $"API key {name}: {where} is shorter than {MinSecretLength} characters; make one with: openssl rand -base64 24");
    }
}
