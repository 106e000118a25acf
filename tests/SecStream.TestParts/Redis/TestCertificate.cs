using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecStream.TestParts.Redis;

/// <summary>A certificate for loopback, signed by an authority that nobody else knows, as files.</summary>
internal sealed record TestCertificate(string File, string KeyFile, string AuthorityFile)
{
    public static TestCertificate Make(string folder)
    {
        var made = new TestCertificate(Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"), Path.Combine(folder, "authority.pem"));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=SecStream test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, [1, 2, 3, 4]);

        System.IO.File.WriteAllText(made.AuthorityFile, authority.ExportCertificatePem());
        System.IO.File.WriteAllText(made.File, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(made.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return made;
    }
}
