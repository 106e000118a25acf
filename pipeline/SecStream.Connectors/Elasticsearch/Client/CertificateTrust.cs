using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>
/// Decides whether a node's certificate is trusted: by the system's authorities, by an own one, or because a certificate of its chain has a pinned
/// fingerprint. The chain must be valid up to that certificate: one that is merely sent along proves nothing. Names are checked too, unless
/// the node's own certificate is the pinned one. Remembers per host why it refused. Thread-safe.
/// </summary>
internal sealed class CertificateTrust : IDisposable
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly byte[]? _pin;
    private readonly string? _authorityFile;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, ElasticsearchFault> _refusals = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ElasticsearchException">The authority's file can't be read, or the fingerprint is none.</exception>
    public CertificateTrust(ElasticsearchOptions options, TimeProvider time)
    {
        (_authorityFile, _time) = (options.CertificateAuthority, time);
        if (options.CertificateAuthority is { } file)
        {
            _authorities = ReadAuthorities(file);
        }

        if (options.Fingerprint is { } text)
        {
            _pin = ReadPin(text);
        }
    }

    /// <summary>Why the certificate of a host was refused last; null: it was not.</summary>
    public ElasticsearchFault? Refusal(string host) => _refusals.GetValueOrDefault(host);

    /// <summary>The callback of the handler.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var host = (sender as SslStream)?.TargetHostName ?? "";
        var fault = Judge(host, certificate as X509Certificate2, chain, errors);
        if (fault is null)
        {
            _refusals.TryRemove(host, out _);
            return true;
        }

        _refusals[host] = fault;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var authority in _authorities ?? [])
        {
            authority.Dispose();
        }
    }

    private ElasticsearchFault? Judge(string host, X509Certificate2? leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        if (leaf is null)
        {
            return new ElasticsearchFault(ElasticsearchFaultKind.CertificateUntrusted, $"{host} shows no certificate");
        }

        var now = _time.GetUtcNow();
        if (now < leaf.NotBefore.ToUniversalTime() || now > leaf.NotAfter.ToUniversalTime())
        {
            return new ElasticsearchFault(
                ElasticsearchFaultKind.CertificateExpired,
                $"the certificate of {host} is valid from {leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}, and now it is {now:u}; renew it, or set the clock");
        }

        if (_pin is not null && IsPinned(leaf))
        {
            return null;
        }

        return Chain(host, leaf, chain, errors) ?? Name(host, leaf, errors);
    }

    private ElasticsearchFault? Chain(string host, X509Certificate2 leaf, X509Chain? presented, SslPolicyErrors errors)
    {
        if (_pin is not null)
        {
            var pinned = Others(presented).FirstOrDefault(IsPinned);
            return pinned is not null && Leads(leaf, presented, [pinned])
                ? null
                : new ElasticsearchFault(
                    ElasticsearchFaultKind.CertificatePin,
                    $"no certificate in the chain of {host} has the SHA-256 fingerprint that elasticsearch.fingerprint says (the node's is {Convert.ToHexStringLower(SHA256.HashData(leaf.RawData))}); correct it if the certificate was renewed on purpose");
        }

        if (_authorities is not null)
        {
            return Leads(leaf, presented, _authorities)
                ? null
                : new ElasticsearchFault(
                    ElasticsearchFaultKind.CertificateUntrusted,
                    $"the certificate of {host} is signed by '{leaf.Issuer}', which {_authorityFile} does not hold; give elasticsearch.ca the authority that signed it");
        }

        return (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0
            ? null
            : new ElasticsearchFault(
                ElasticsearchFaultKind.CertificateUntrusted,
                $"the certificate of {host} is signed by '{leaf.Issuer}', which this system does not know; set elasticsearch.ca to that authority's file, or elasticsearch.fingerprint");
    }

    private static ElasticsearchFault? Name(string host, X509Certificate2 leaf, SslPolicyErrors errors) =>
        (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0
            ? null
            : new ElasticsearchFault(
                ElasticsearchFaultKind.CertificateName,
                $"the certificate of {host} is for {Names(leaf)}; use one of these in elasticsearch.hosts, or pin the node's own certificate with elasticsearch.fingerprint");

    private static string Names(X509Certificate2 leaf)
    {
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var all = names is null ? [] : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())).ToList();
        return all.Count > 0 ? string.Join(", ", all) : leaf.Subject;
    }

    private bool IsPinned(X509Certificate2 certificate) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.RawData), _pin);

    private static IEnumerable<X509Certificate2> Others(X509Chain? chain) =>
        chain is null ? [] : chain.ChainElements.Select(element => element.Certificate).Concat(chain.ChainPolicy.ExtraStore);

    private bool Leads(X509Certificate2 leaf, X509Chain? presented, X509Certificate2Collection roots)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        foreach (var other in Others(presented))
        {
            chain.ChainPolicy.ExtraStore.Add(other);
        }

        return chain.Build(leaf);
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new ElasticsearchException($"elasticsearch.ca: {file} holds no certificate in PEM form");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ElasticsearchException($"elasticsearch.ca: {file} can't be read as certificates in PEM form: {fault.Message}", fault);
        }
    }

    private static byte[] ReadPin(string text)
    {
        try
        {
            var pin = Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal).Trim());
            return pin.Length == SHA256.HashSizeInBytes ? pin : throw new FormatException("wrong length");
        }
        catch (FormatException fault)
        {
            throw new ElasticsearchException("elasticsearch.fingerprint: should be the SHA-256 of a certificate, 64 hexadecimal digits (colons allowed)", fault);
        }
    }
}
