using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecStream.Connectors.Tests.Elasticsearch;

/// <summary>A certificate authority, and certificates of nodes that it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _own;
    private readonly List<string> _files = [];
    private readonly List<X509Certificate2> _issued = [];

    public TestAuthority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        _own = request.CreateSelfSigned(s_now.AddYears(-2), s_now.AddYears(2));
    }

    public X509Certificate2 Certificate => _own;

    public string Fingerprint => Convert.ToHexString(SHA256.HashData(_own.RawData));

    /// <summary>Writes the authority's certificate as PEM.</summary>
    public string WriteFile()
    {
        var path = Path.GetTempFileName();
        _files.Add(path);
        File.WriteAllText(path, _own.ExportCertificatePem());
        return path;
    }

    public X509Certificate2 Issue(string? dnsName = null, bool isExpired = false)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (dnsName is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddDnsName(dnsName);
        }

        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(_own, s_now.AddYears(-1), isExpired ? s_now.AddDays(-1) : s_now.AddYears(1), [1, 2, 3, (byte)(_issued.Count + 1)]);
        using var whole = leaf.CopyWithPrivateKey(key);
        var usable = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        _issued.Add(usable);
        return usable;
    }

    public void Dispose()
    {
        _own.Dispose();
        _issued.ForEach(certificate => certificate.Dispose());
        _files.ForEach(File.Delete);
    }
}
