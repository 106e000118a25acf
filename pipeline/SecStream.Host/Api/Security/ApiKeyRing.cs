namespace SecStream.Host.Api.Security;

/// <summary>The keys that are known. Immutable.</summary>
internal sealed class ApiKeyRing(IReadOnlyList<ApiKey> keys)
{
    /// <summary>The key these are the credentials of, or null. Looks at all keys, whichever it is.</summary>
    public ApiKey? Find(in Credentials credentials)
    {
        var name = credentials.Name is null ? [] : ApiKey.Hash(credentials.Name);
        var secret = ApiKey.Hash(credentials.Secret);
        ApiKey? found = null;
        foreach (var key in keys)
        {
            if (key.Matches(name, secret))
            {
                found = key;
            }
        }

        return found;
    }
}
