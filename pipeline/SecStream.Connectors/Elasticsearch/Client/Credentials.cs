using System.Net.Http.Headers;
using System.Text;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Reads the secrets that the options point to. They never stand in a message.</summary>
internal static class Credentials
{
    /// <summary>The <c>Authorization</c> header; null: none configured.</summary>
    /// <exception cref="ElasticsearchException">A variable or file is missing or empty; the message names it.</exception>
    public static AuthenticationHeaderValue? Read(ElasticsearchOptions options)
    {
        if (Secret(options.ApiKeyVariable, options.ApiKeyFile, "API key") is { } key)
        {
            return new AuthenticationHeaderValue("ApiKey", key.Contains(':', StringComparison.Ordinal) ? Base64(key) : key);
        }

        if (options.Username is not { Length: > 0 } user)
        {
            return null;
        }

        var password = Secret(options.PasswordVariable, options.PasswordFile, "password")
            ?? throw new ElasticsearchException($"elasticsearch: username {user} has no password; set password_env or password_file");
        return new AuthenticationHeaderValue("Basic", Base64($"{user}:{password}"));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string? Secret(string? variable, string? file, string what)
    {
        if (variable is not null)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? Checked(value.Trim(), what, $"the environment variable {variable}")
                : throw new ElasticsearchException($"elasticsearch: the {what} should be in the environment variable {variable}, which is not set; set it, or name a file");
        }

        if (file is null)
        {
            return null;
        }

        try
        {
            var text = File.ReadAllText(file).Trim();
            return text.Length > 0 ? Checked(text, what, file) : throw new ElasticsearchException($"elasticsearch: the file {file}, which should hold the {what}, is empty");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ElasticsearchException($"elasticsearch: the file {file}, which should hold the {what}, can't be read: {fault.Message}", fault);
        }
    }

    // A line end within a header would be another header.
    private static string Checked(string secret, string what, string where) =>
        secret.Any(char.IsControl) ? throw new ElasticsearchException($"elasticsearch: the {what} in {where} holds control characters (several lines?); it should be one line") : secret;
}
