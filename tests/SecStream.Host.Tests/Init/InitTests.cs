using SecStream.Host.Configuration;
using SecStream.Host.Init;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Init;

public sealed class InitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_Everything_IsReadAsItWasMeant()
    {
        var authority = _folder.Write("ca.pem", "x");
        var key = _folder.Write("key", "x");
        var settings = new InitSettings
        {
            Data = "d: #1",
            Tenant = "acme",
            Kafka = ["k1:9093", "k2:9093"],
            Topics = ["logs"],
            TopicPatterns = [@"^app-\d+$"],
            Group = "sec",
            KafkaTls = true,
            KafkaUser = "svc",
            KafkaPassword = new SecretPlace("KAFKA_PASSWORD", null),
            Elasticsearch = ["https://es1:9200", "https://es2:9200"],
            Kibana = "https://kibana:5601/base",
            ApiKey = new SecretPlace(null, key),
            Authority = authority,
            Redis = ["r1:6379"],
            RedisTls = true,
            RedisPassword = new SecretPlace("REDIS_PASSWORD", null),
        };
        var options = InitFile.Check(InitText.Write(settings), _folder.File("secstream.yml"));

        Assert.Equal(("acme", true), (options.Pipeline.Tenant, options.Data.EndsWith("d: #1", StringComparison.Ordinal)));
        var kafka = options.Kafka!;
        Assert.Equal(["k1:9093", "k2:9093"], kafka.Brokers);
        Assert.Equal(["logs", @"^app-\d+$"], kafka.Topics.Select(topic => topic.Topic));
        Assert.Equal(("sec", "SASL_SSL", authority, "svc"), (kafka.Group, kafka.Properties["security.protocol"], kafka.Properties["ssl.ca.location"], kafka.Properties["sasl.username"]));
        Assert.Equal("KAFKA_PASSWORD", kafka.PropertiesFromEnvironment["sasl.password"]);
        var cluster = options.Elasticsearch!;
        Assert.Equal((2, key, authority, new Uri("https://kibana:5601/base")), (cluster.Hosts.Count, cluster.ApiKeyFile, cluster.CertificateAuthority, cluster.Kibana));
        Assert.Equal(("r1:6379", true, authority, "REDIS_PASSWORD"), (options.Redis!.Endpoints[0], options.Redis.Tls, options.Redis.AuthorityFile, options.Redis.PasswordVariable));
    }

    [Fact]
    public void Write_NoFlags_IsTheDefaults()
    {
        var options = InitFile.Check(InitText.Write(new InitSettings()), _folder.File("secstream.yml"));
        var expected = ServiceOptionsListing.Values(new ServiceOptions()).Where(v => v.Key is not ("data" or "files"));

        Assert.Equal(expected, ServiceOptionsListing.Values(options).Where(v => v.Key is not ("data" or "files")));
    }

    /// <summary>What stands there as a comment is there to be used.</summary>
    [Fact]
    public void Write_CommentsTakenIn_AreValid()
    {
        var text = InitText.Write(new InitSettings());
        var opened = string.Join('\n', text.Split('\n').SkipWhile(line => line.Length > 0).Select(line => line.StartsWith("# ", StringComparison.Ordinal) && IsYaml(line[2..]) ? line[2..] : line))
            .Replace("/run/secrets/http_admin", _folder.Write("admin", "0123456789abcdef0123456789abcdef"), StringComparison.Ordinal);
        var options = InitFile.Check(opened, _folder.File("secstream.yml"));

        Assert.Equal((true, true, true, 1), (options.Kafka is not null, options.Elasticsearch is not null, options.Redis is not null, options.Http.Keys.Count));
    }

    [Fact]
    public void Write_FileIsThere_IsLeftUnlessForcedAndThenKept()
    {
        var path = _folder.Write("secstream.yml", "mine");
        var fault = Assert.Throws<ConfigurationException>(() => InitFile.Write(path, "new", isForced: false));
        Assert.Contains("--force", fault.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));

        var first = InitFile.Write(path, "new", isForced: true);
        var second = InitFile.Write(path, "newer", isForced: true);
        Assert.Equal(("mine", "new", "newer"), (File.ReadAllText(first!), File.ReadAllText(second!), File.ReadAllText(path)));
    }

    [Fact]
    public async Task Init_Flags_WritesAFileAndSaysWhatIsNext()
    {
        var result = await HostProcess.RunAsync(_folder.Path, [("SECRET_OF_TEST", "do-not-write-me")], "init", "--kafka", "k:9092", "--topic", "a,b", "--elasticsearch", "http://es:9200", "--api-key-env", "SECRET_OF_TEST");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("./run check", result.Output, StringComparison.Ordinal);
        Assert.Contains("./run bootstrap", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("do-not-write-me", File.ReadAllText(_folder.File("secstream.yml")), StringComparison.Ordinal);
        Assert.Equal(0, (await HostProcess.RunAsync(_folder.Path, "config", "check")).ExitCode);
        Assert.Equal(2, (await HostProcess.RunAsync(_folder.Path, "init")).ExitCode);
    }

    [Theory]
    [InlineData("--kafka", "http://k:9092")]
    [InlineData("--kafka", "k:9092", "--topic", "a b")]
    [InlineData("--topic", "logs")]
    [InlineData("--kafka", "k:9092", "--kafka-user", "u")]
    [InlineData("--elasticsearch", "https://es:9200", "--ca", "nowhere.pem")]
    [InlineData("--elasticsearch", "https://u:p@es:9200")]
    public async Task Init_FlagThatCantBe_Is2AndWritesNothing(params string[] arguments)
    {
        var result = await HostProcess.RunAsync(_folder.Path, ["init", .. arguments]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsYaml(string line) => line.StartsWith(' ') || (line.Contains(':', StringComparison.Ordinal) && char.IsAsciiLetterLower(line[0]) && !line.Split(':')[0].Contains(' ', StringComparison.Ordinal));
}
