namespace SecStream.Connectors.Redis;

/// <summary>Reads the password at each connect, so that a rotated one is taken up without a restart.</summary>
internal static class RedisPassword
{
    private const int MaxLength = 4096;

    /// <summary>The password; null when none is configured.</summary>
    /// <exception cref="RedisUnavailableException">It is configured, but can't be had; the message says where it was looked for.</exception>
    public static string? Read(RedisOptions options)
    {
        if (options.PasswordVariable is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value
                : throw new RedisUnavailableException($"environment variable {variable} with the password of Redis is empty; set it, or leave the setting out");
        }

        if (options.PasswordFile is not { } file)
        {
            return null;
        }

        try
        {
            var text = File.ReadAllText(file).TrimEnd('\r', '\n');
            return text.Length is > 0 and <= MaxLength
                ? text
                : throw new RedisUnavailableException($"{file} should hold the password of Redis on one line; it has {text.Length:N0} characters");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RedisUnavailableException($"the password of Redis can't be read: {fault.Message}", fault);
        }
    }
}
