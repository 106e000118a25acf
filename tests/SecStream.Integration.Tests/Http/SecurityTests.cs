using System.Net;
using System.Text;
using SecStream.Host;
using SecStream.Host.Api;
using SecStream.Host.Api.Security;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>Who may do what.</summary>
public sealed class SecurityTests
{
    private static readonly ApiOptions s_guarded = new() { Keys = RunningApi.Keys, RequireKey = true };

    /// <summary>Rows: a request, and the roles that may send it.</summary>
    private static readonly (string Method, string Path, string? Body, Role[] Allowed)[] s_matrix =
    [
        ("POST", "/ingest", "{}", [Role.Shipper, Role.Admin]),
        ("POST", "/_bulk", "{\"create\":{\"_index\":\"x\"}}\n{}\n", [Role.Shipper, Role.Admin]),
        ("GET", "/_license", null, [Role.Shipper, Role.Admin]),
        ("GET", "/", null, [Role.Shipper, Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/metrics", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/api/v1/alerts", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/api/v1/alerts/a1", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/api/v1/events", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/api/v1/ledger", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("GET", "/api/v1/stats", null, [Role.Viewer, Role.Analyst, Role.Admin]),
        ("POST", "/api/v1/alerts/a1/verdict", "{\"state\":\"resolved\"}", [Role.Analyst, Role.Admin]),
        ("POST", "/api/v1/reload", null, [Role.Admin]),
        ("POST", "/api/v1/dlq/retry", null, [Role.Admin]),
    ];

    [Fact]
    public async Task Roles_EveryRoute_LetsThroughWhoMay()
    {
        await using var api = await RunningApi.StartAsync(s_guarded);
        foreach (var (method, path, body, allowed) in s_matrix)
        {
            Assert.Equal((path, 401), (path, (await api.SendAsync(method, path, body)).Status));
            foreach (var role in Enum.GetValues<Role>())
            {
                var status = (await api.SendAsync(method, path, body, $"Authorization: Bearer {RunningApi.SecretOf(role)}")).Status;
                Assert.Equal((path, role, allowed.Contains(role) ? 200 : 403), (path, role, status));
            }
        }
    }

    [Theory]
    [InlineData("Authorization: Bearer {0}")]
    [InlineData("X-API-Key: {0}")]
    [InlineData("Authorization: ApiKey {0}")]
    [InlineData("Authorization: ApiKey {1}")]
    [InlineData("Authorization: Basic {1}")]
    public async Task Credentials_EveryForm_IsUnderstood(string header)
    {
        await using var api = await RunningApi.StartAsync(s_guarded);
        var secret = RunningApi.SecretOf(Role.Shipper);
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RunningApi.NameOf(Role.Shipper)}:{secret}"));
        Assert.Equal(200, (await api.SendAsync("POST", "/ingest", "{}", string.Format(null, header, secret, pair))).Status);
        var stranger = Convert.ToBase64String(Encoding.UTF8.GetBytes($"nobody:{secret}"));
        Assert.Equal(header.Contains("{1}", StringComparison.Ordinal) ? 401 : 200, (await api.SendAsync("POST", "/ingest", "{}", string.Format(null, header, secret, stranger))).Status);
    }

    [Fact]
    public async Task Credentials_Wrong_AreToldInTheFormOfTheCaller()
    {
        await using var api = await RunningApi.StartAsync(s_guarded);
        var shipper = await api.SendAsync("POST", "/_bulk", "{}\n", "Authorization: Basic bm9ib2R5Om5vdGhpbmc=");
        Assert.Equal(401, shipper.Status);
        Assert.Equal("security_exception", shipper.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("Elasticsearch", shipper.Headers["X-Elastic-Product"]);
        Assert.Contains("ApiKey", shipper.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        var person = await api.SendAsync("GET", "/api/v1/alerts", null, "Authorization: Digest x");
        Assert.Equal(401, person.Status);
        Assert.NotEmpty(person.Json.GetProperty("error").GetString()!);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task FailedAttempts_TooMany_AreAskedToWait()
    {
        await using var api = await RunningApi.StartAsync(s_guarded with { FailedAttemptsPerMinute = 3 });
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await api.SendAsync("GET", "/api/v1/stats", null, "X-API-Key: wrong-wrong-wrong-wrong")).Status);
        }

        Assert.Equal([401, 401, 401, 429, 429], statuses);
        var right = await api.SendAsync("GET", "/api/v1/stats", null, $"X-API-Key: {RunningApi.SecretOf(Role.Admin)}");
        Assert.Equal(429, right.Status);
        Assert.True(int.Parse(right.Headers["Retry-After"], null) > 0);
    }

    [Fact]
    public async Task Requests_TooMany_AreAskedToWait()
    {
        await using var api = await RunningApi.StartAsync(new() { RequestsPerSecond = 0.1 });
        Assert.Equal(200, (await api.SendAsync("GET", "/api/v1/stats")).Status);
        Assert.Equal(429, (await api.SendAsync("GET", "/api/v1/stats")).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/health/live")).Status);
    }

    [Fact]
    public async Task Loopback_WithoutRequireKey_IsOpenButWrongKeysAreNot()
    {
        await using var api = await RunningApi.StartAsync(new() { Keys = RunningApi.Keys });
        Assert.Equal(200, (await api.SendAsync("POST", "/api/v1/reload")).Status);
        Assert.Equal(401, (await api.SendAsync("GET", "/api/v1/stats", null, "X-API-Key: wrong-wrong-wrong-wrong")).Status);
        Assert.Equal(403, (await api.SendAsync("POST", "/api/v1/reload", null, $"X-API-Key: {RunningApi.SecretOf(Role.Viewer)}")).Status);
    }

    [Theory]
    [InlineData("GET", "Host: evil.example", 403)]
    [InlineData("GET", "Host: localhost", 200)]
    [InlineData("POST", "Origin: http://evil.example", 403)]
    [InlineData("POST", "Origin: null", 403)]
    [InlineData("POST", "Sec-Fetch-Site: cross-site", 403)]
    [InlineData("POST", "Sec-Fetch-Site: same-origin", 200)]
    public async Task Browser_ForeignPage_IsRefused(string method, string header, int status)
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal(status, (await api.SendAsync(method, method == "GET" ? "/api/v1/stats" : "/api/v1/reload", method == "GET" ? null : "", header)).Status);
    }

    [Fact]
    public async Task Browser_OwnPage_MayPost()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal(200, (await api.SendAsync("POST", "/api/v1/reload", "", "Origin: " + api.Url)).Status);
        Assert.Equal(403, (await api.SendAsync("POST", "/api/v1/reload", "", "Origin: http://127.0.0.1:1")).Status);
    }

    [Fact]
    public async Task Start_BeyondLoopbackWithoutKeys_IsRefused()
    {
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => RunningApi.StartAsync(new() { Address = IPAddress.Any }));
        Assert.Contains("http.keys", fault.Message, StringComparison.Ordinal);
        await using var api = await RunningApi.StartAsync(new() { Address = IPAddress.Any, Keys = RunningApi.Keys });
        var port = new Uri(api.Url).Port;
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/api/v1/stats"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/live"))).StatusCode);
    }

    [Fact]
    public async Task Limits_HeadersAndConnections_AreKept()
    {
        await using var api = await RunningApi.StartAsync(new() { MaxConnections = 2 });
        Assert.Equal(431, (await api.SendAsync("GET", "/health/live", null, "X-Long: " + new string('x', 40_000))).Status);
        Assert.Equal(414, (await api.SendAsync("GET", "/api/v1/alerts?entity=" + new string('x', 9_000))).Status);
        var url = new Uri(api.Url);
        var clients = Enumerable.Range(0, 8).Select(_ => new System.Net.Sockets.TcpClient(url.Host, url.Port)).ToList();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var closed = await Task.WhenAll(clients.Select(async c =>
        {
            // A connection over the bound is closed at once; one within it answers.
            await c.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), patience.Token);
            try
            {
                return await c.GetStream().ReadAsync(new byte[64], patience.Token) == 0;
            }
            catch (IOException)
            {
                return true;
            }
        }));
        clients.ForEach(c => c.Dispose());
        Assert.InRange(closed.Count(c => !c), 0, 2);
    }

    [Fact]
    public void ApiOptions_BeyondLoopbackWithoutTls_Warns()
    {
        Assert.Empty(new ApiOptions().Warnings());
        Assert.Contains("without TLS", Assert.Single(new ApiOptions { Address = IPAddress.Any }.Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public void ApiKey_Secrets_ComeFromFileOrEnvironmentAndAreLong()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "short\n");
            Assert.Contains(path, Assert.Throws<ConfigurationException>(() => ApiKey.FromFile("a", Role.Viewer, path)).Message, StringComparison.Ordinal);
            File.WriteAllText(path, "0123456789abcdef\n");
            Assert.Equal("a", ApiKey.FromFile("a", Role.Viewer, path).Name);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains("cannot be read", Assert.Throws<ConfigurationException>(() => ApiKey.FromFile("a", Role.Viewer, path)).Message, StringComparison.Ordinal);
        Assert.Contains("is not set", Assert.Throws<ConfigurationException>(() => ApiKey.FromEnvironment("a", Role.Viewer, "SECSTREAM_NO_SUCH_KEY")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_WithCertificate_IsSpoken()
    {
        var folder = Directory.CreateTempSubdirectory("secstream-test-").FullName;
        try
        {
            var (certificate, key) = (Path.Combine(folder, "c.pem"), Path.Combine(folder, "k.pem"));
            using (var rsa = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256))
            {
                var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", rsa, System.Security.Cryptography.HashAlgorithmName.SHA256);
                using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
                await File.WriteAllTextAsync(certificate, made.ExportCertificatePem());
                await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
            }

            await using var api = await RunningApi.StartAsync(new() { CertificateFile = certificate, CertificateKeyFile = key });
            var answer = await Tool.RunAsync("curl", "{}", "-sS", "-k", "--data-binary", "@-", api.Url + "/ingest");
            Assert.Equal("{\"accepted\":1}", answer.Output);
            var fault = await Assert.ThrowsAsync<ConfigurationException>(() => RunningApi.StartAsync(new() { CertificateFile = key, CertificateKeyFile = certificate }));
            Assert.Contains("http.tls.certificate", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
