using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecStream.Connectors.Redis;

/// <summary>Trust in a server's certificate by authorities from a file; its name must be right all the same.</summary>
internal static class RedisTrust
{
    /// <summary>Reads the authorities.</summary>
    /// <exception cref="RedisUnavailableException">The file can't be read or holds none.</exception>
    public static X509Certificate2Collection Load(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RedisUnavailableException($"authorities for Redis can't be read from {file}: {fault.Message}", fault);
        }

        return authorities.Count > 0 ? authorities : throw new RedisUnavailableException($"{file} holds no certificate; write PEM, -----BEGIN CERTIFICATE-----");
    }

    /// <summary>Whether a certificate leads to one of the authorities and names the server.</summary>
    public static bool IsTrusted(X509Certificate2? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
