using System.Text;
using Microsoft.AspNetCore.Http;

namespace SecStream.Host.Api.Security;

/// <summary>What a caller shows: <c>Authorization: ApiKey base64(name:secret)</c>, <c>Bearer secret</c>, <c>Basic name:secret</c>, or <c>X-API-Key: secret</c>.</summary>
/// <param name="Name">The name, or null where the form has none.</param>
/// <param name="Secret">The secret.</param>
internal readonly record struct Credentials(string? Name, string Secret)
{
    private const int MaxLength = 1024;

    /// <summary>Reads them. False: nothing is shown. True with an empty secret: what is shown cannot be read.</summary>
    public static bool TryRead(IHeaderDictionary headers, out Credentials credentials)
    {
        credentials = new Credentials(null, "");
        var authorization = headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            var key = headers["X-API-Key"].ToString();
            credentials = new Credentials(null, key.Length <= MaxLength ? key : "");
            return key.Length > 0;
        }

        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || authorization.Length > MaxLength)
        {
            return true;
        }

        var value = authorization[(space + 1)..].Trim();
        credentials = authorization[..space].ToUpperInvariant() switch
        {
            "BEARER" => new Credentials(null, value),
            "BASIC" => Pair(value, nameRequired: true),

            // Elastic's clients send the encoded pair; by hand people send the secret.
            "APIKEY" => Pair(value, nameRequired: false),
            _ => credentials,
        };
        return true;
    }

    private static Credentials Pair(string value, bool nameRequired)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        if (Convert.TryFromBase64String(value, bytes, out var length))
        {
            var text = Encoding.UTF8.GetString(bytes[..length]);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                return new Credentials(text[..colon], text[(colon + 1)..]);
            }
        }

        return new Credentials(null, nameRequired ? "" : value);
    }
}
