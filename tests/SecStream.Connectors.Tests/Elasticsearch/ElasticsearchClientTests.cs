using System.Security.Cryptography;
using System.Text;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Checks;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchClientTests
{
    [Fact]
    public async Task Send_OneNodeAway_TheOthersAreUsed()
    {
        await using var first = await StrictElasticsearch.StartAsync();
        await using var second = await StrictElasticsearch.StartAsync();
        using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [first.Url, second.Url] }, TimeProvider.System);
        await client.DetectAsync(default);
        first.IsAway = true;
        for (var i = 0; i < 6; i++)
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "_cluster/health", null, default);
            Assert.True(answer.IsSuccess, answer.Fault?.Message);
        }

        Assert.Equal(1, client.LivingNodes);
        second.IsAway = true;
        using var away = await client.SendAsync(HttpMethod.Get, "_cluster/health", null, default);
        Assert.Equal(ElasticsearchFaultKind.Unreachable, away.Kind);
        second.IsAway = false;
        using var back = await client.SendAsync(HttpMethod.Get, "_cluster/health", null, default);
        Assert.True(back.IsSuccess);
    }

    [Fact]
    public async Task Send_WriteWithoutAnAnswer_IsNotTriedElsewhere()
    {
        await using var first = await StrictElasticsearch.StartAsync();
        await using var second = await StrictElasticsearch.StartAsync();
        using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [first.Url, second.Url], Timeout = TimeSpan.FromMilliseconds(500) }, TimeProvider.System);
        await client.DetectAsync(default);
        first.Intercept = second.Intercept = _ => StrictReply.Json(200, "{}") with { Delay = TimeSpan.FromSeconds(20), CarriedOut = true };
        var before = first.Requests + second.Requests;
        using var answer = await client.SendAsync(HttpMethod.Post, "_refresh", null, default);
        Assert.Equal((ElasticsearchFaultKind.Timeout, true), (answer.Kind, answer.Fault!.IsUnknownOutcome));
        Assert.Equal(1, first.Requests + second.Requests - before);
    }

    [Theory]
    [InlineData("abc:secret")]
    [InlineData("YWJjOnNlY3JldA==")]
    public async Task Send_ApiKey_InBothForms(string key)
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Authorizations = ["ApiKey YWJjOnNlY3JldA=="] });
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, key + "\n");
            using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [server.Url], ApiKeyFile = file }, TimeProvider.System);
            Assert.Equal("strict", (await client.DetectAsync(default)).Cluster);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Send_Password_WrongThenReplaced()
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Authorizations = ["Basic " + Convert.ToBase64String("ann:right"u8)] });
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "wrong");
            using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [server.Url], Username = "ann", PasswordFile = file }, TimeProvider.System);
            var fault = await Assert.ThrowsAsync<ElasticsearchException>(async () => await client.DetectAsync(default));
            Assert.Equal(ElasticsearchFaultKind.Unauthorized, fault.Fault.Kind);
            Assert.DoesNotContain("wrong", fault.Message, StringComparison.Ordinal);
            var check = Assert.Single(await new ElasticsearchChecks(client).RunAsync(default));
            Assert.Equal(PartCheckResult.Failed, check.Result);
            Assert.Contains("password", check.Mend, StringComparison.Ordinal);

            // The file is read again at a 401, and takes effect with the request after it.
            await File.WriteAllTextAsync(file, "right");
            await Assert.ThrowsAsync<ElasticsearchException>(async () => await client.DetectAsync(default));
            Assert.NotNull(await client.DetectAsync(default));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Construct_SecretMissing_NamesWhereItShouldBe()
    {
        Uri[] hosts = [new("http://127.0.0.1:1")];
        Assert.Contains("SECSTREAM_NO_SUCH_KEY", Message(new ElasticsearchOptions { Hosts = hosts, ApiKeyVariable = "SECSTREAM_NO_SUCH_KEY" }), StringComparison.Ordinal);
        Assert.Contains("/nowhere/key", Message(new ElasticsearchOptions { Hosts = hosts, ApiKeyFile = "/nowhere/key" }), StringComparison.Ordinal);
        Assert.Contains("password_file", Message(new ElasticsearchOptions { Hosts = hosts, Username = "ann" }), StringComparison.Ordinal);
        Assert.Contains("elasticsearch.ca", Message(new ElasticsearchOptions { Hosts = hosts, CertificateAuthority = "/nowhere/ca.crt" }), StringComparison.Ordinal);
        Assert.Contains("64 hexadecimal", Message(new ElasticsearchOptions { Hosts = hosts, Fingerprint = "abc" }), StringComparison.Ordinal);

        static string Message(ElasticsearchOptions options) => Assert.Throws<ElasticsearchException>(() => new ElasticsearchClient(options, TimeProvider.System)).Message;
    }

    [Theory]
    [InlineData("ca", null, "")]
    [InlineData("pinned leaf", null, "")]
    [InlineData("pinned leaf of another name", null, "")]
    [InlineData("wrong ca", ElasticsearchFaultKind.CertificateUntrusted, "elasticsearch.ca")]
    [InlineData("system", ElasticsearchFaultKind.CertificateUntrusted, "elasticsearch.ca")]
    [InlineData("wrong pin", ElasticsearchFaultKind.CertificatePin, "elasticsearch.fingerprint")]
    [InlineData("pinned ca that did not sign", ElasticsearchFaultKind.CertificatePin, "elasticsearch.fingerprint")]
    [InlineData("name", ElasticsearchFaultKind.CertificateName, "es.example.com")]
    [InlineData("expired", ElasticsearchFaultKind.CertificateExpired, "renew")]
    [InlineData("plain http", ElasticsearchFaultKind.CertificateUntrusted, "https")]
    public async Task Detect_Certificates_AreTrustedOrRefusedForTheRightReason(string given, ElasticsearchFaultKind? expected, string mend)
    {
        using var authority = new TestAuthority("ours");
        using var other = new TestAuthority("theirs");
        var leaf = authority.Issue(given is "name" or "pinned leaf of another name" ? "es.example.com" : null, given == "expired");
        await using var server = await StrictElasticsearch.StartAsync(
            given == "plain http" ? null : new StrictElasticsearchOptions { Certificate = leaf, CertificateChain = [authority.Certificate, other.Certificate] });
        var options = new ElasticsearchOptions
        {
            Hosts = [new UriBuilder(server.Url) { Scheme = "https" }.Uri],
            CertificateAuthority = given is "ca" or "name" or "expired" or "plain http" ? authority.WriteFile() : given == "wrong ca" ? other.WriteFile() : null,
            Fingerprint = given switch
            {
                "pinned leaf" or "pinned leaf of another name" => Convert.ToHexString(SHA256.HashData(leaf.RawData)),
                "pinned ca that did not sign" => other.Fingerprint,
                "wrong pin" => new string('0', 64),
                _ => null,
            },
        };
        using var client = new ElasticsearchClient(options, TimeProvider.System);
        if (expected is not { } kind)
        {
            Assert.NotNull(await client.DetectAsync(default));
            return;
        }

        var fault = await Assert.ThrowsAsync<ElasticsearchException>(async () => await client.DetectAsync(default));
        Assert.Equal(kind, fault.Fault.Kind);
        Assert.Contains(mend, fault.Message, StringComparison.Ordinal);
        var check = Assert.Single(await new ElasticsearchChecks(client).RunAsync(default));
        Assert.Equal((PartCheckResult.Failed, "elasticsearch: connection"), (check.Result, check.Name));
    }

    /// <summary>Elasticsearch sends its authority along, and prints that one's fingerprint. Kestrel leaves it out, so OpenSSL plays the node.</summary>
    [Theory]
    [InlineData(true, ElasticsearchFaultKind.Unsupported)]
    [InlineData(false, ElasticsearchFaultKind.CertificatePin)]
    public async Task Detect_PinnedAuthority_MustHaveSigned(bool hasSigned, ElasticsearchFaultKind expected)
    {
        using var authority = new TestAuthority("ours");
        using var other = new TestAuthority("theirs");
        using var node = new OpenSslNode((hasSigned ? authority : other).Issue(), [authority.Certificate, other.Certificate]);
        var options = new ElasticsearchOptions { Hosts = [await node.StartAsync()], Fingerprint = authority.Fingerprint, Timeout = TimeSpan.FromSeconds(10) };
        using var client = new ElasticsearchClient(options, TimeProvider.System);

        // What answers behind a trusted certificate is no Elasticsearch; behind another one nothing is asked.
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(async () => await client.DetectAsync(default));
        Assert.Equal(expected, fault.Fault.Kind);
    }

    [Theory]
    [InlineData("""{"version":{"number":"7.9.3"},"tagline":"You Know, for Search"}""", "7.10")]
    [InlineData("""{"version":{"number":"8.1.0"},"tagline":"You Know, for Search"}""", "X-Elastic-Product")]
    [InlineData("<html>hello</html>", "something else")]
    [InlineData("[]", "something else")]
    public async Task Detect_SomethingElse_SaysWhat(string answer, string expected)
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = StrictFlavor.Elasticsearch710 });
        server.Root = StrictReply.Json(200, answer);
        using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [server.Url] }, TimeProvider.System);
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(async () => await client.DetectAsync(default));
        Assert.Equal(ElasticsearchFaultKind.Unsupported, fault.Fault.Kind);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_Compressed_ArrivesWhole()
    {
        await using var server = await StrictElasticsearch.StartAsync();
        using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [server.Url], Compress = true }, TimeProvider.System);
        server.Objects["_index_template"]["t"] = System.Text.Json.Nodes.JsonNode.Parse("""{"index_patterns":["x"]}""")!;
        using var answer = await client.SendAsync(
            HttpMethod.Post, "_bulk", RequestBody.Lines(Encoding.UTF8.GetBytes("{\"create\":{\"_index\":\"x\",\"_id\":\"1\"}}\n{\"a\":1}\n")), default);
        Assert.True(answer.IsSuccess, answer.Fault?.Message);
        Assert.Equal(1, server.CountAll());
    }
}
