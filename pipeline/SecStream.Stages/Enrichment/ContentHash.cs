using System.Security.Cryptography;

namespace SecStream.Stages.Enrichment;

/// <summary>The version of a file as alerts cite it: a function of its bytes alone, so that every machine names the same content alike.</summary>
public static class ContentHash
{
    /// <summary>First 16 hex digits (lower case) of the SHA-256 of the content.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
