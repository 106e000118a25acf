namespace SecStream.Host.Configuration;

/// <summary>Reads secrets from where the configuration says they are.</summary>
internal static class Secrets
{
    private const int Shortest = 16;
    private const int Longest = 1024;

    /// <summary>The secret of a key.</summary>
    /// <exception cref="ConfigurationException">It is missing, empty, too short or too long.</exception>
    public static string Read(ApiKeySettings key)
    {
        var (where, secret) = key.SecretFile is { } file ? (file, ReadFile(key, file)) : ($"the environment variable {key.SecretVariable}", ReadVariable(key));
        if (secret.Length is < Shortest or > Longest)
        {
            throw new ConfigurationException(
                $"http.keys: the secret of '{key.Name}' in {where} has {secret.Length} characters; use {Shortest} to {Longest}, such as those of: openssl rand -hex 24");
        }

        return secret;
    }

    private static string ReadVariable(ApiKeySettings key) =>
        Environment.GetEnvironmentVariable(key.SecretVariable!) is { Length: > 0 } secret
            ? secret
            : throw new ConfigurationException($"http.keys: the environment variable {key.SecretVariable} with the secret of '{key.Name}' is not set; set it, or name a file with secret_file");

    private static string ReadFile(ApiKeySettings key, string path)
    {
        try
        {
            // A bound, so that a wrong path (a device, a log) can't fill the memory.
            using var file = File.OpenText(path);
            var buffer = new char[Longest + 2];
            return new string(buffer, 0, file.ReadBlock(buffer)).TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"http.keys: the file with the secret of '{key.Name}' can't be read: {fault.Message}", fault);
        }
    }
}
