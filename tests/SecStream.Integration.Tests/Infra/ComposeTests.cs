using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Integration.Tests.Http.Harness;
using SecStream.TestParts;
using YamlDotNet.RepresentationModel;

namespace SecStream.Integration.Tests.Infra;

/// <summary>docker-compose.yml and the Dockerfiles, as far as they can be judged without a Docker.</summary>
public sealed partial class ComposeTests
{
    // Their images write beside their data; everything else of ours and of others runs on a file system that can't be written.
    private static readonly string[] s_writable = ["kafka", "kafka-topics", "elasticsearch", "kibana"];

    [Theory]
    [InlineData("")]
    [InlineData("demo")]
    public async Task DockerCompose_EveryProfile_IsAccepted(string profile) => Assert.NotEmpty((await ServicesAsync(profile)).Children);

    [Fact]
    public async Task Services_All_ArePinnedBoundedAndWithoutRights()
    {
        foreach (var (name, service) in await AllAsync())
        {
            Assert.Matches(PinnedImage(), YamlFiles.Text(service, "image")!);
            Assert.Contains(YamlFiles.Items(service, "security_opt"), option => option.ToString() == "no-new-privileges:true");
            Assert.Contains(YamlFiles.Items(service, "cap_drop"), right => right.ToString() == "ALL");
            Assert.Empty(YamlFiles.Items(service, "cap_add"));
            Assert.Null(YamlFiles.At(service, "privileged"));
            Assert.NotNull(YamlFiles.At(service, "mem_limit"));
            Assert.True(YamlFiles.Text(service, "read_only") == "true" || s_writable.Contains(name), $"{name}: its root can be written");
            Assert.False((YamlFiles.Text(service, "user") ?? "").StartsWith('0'), $"{name} runs as root");
            Assert.All(YamlFiles.Items(service, "ports"), port => Assert.StartsWith("127.0.0.1:", port.ToString(), StringComparison.Ordinal));
            Assert.True(YamlFiles.Text(service, "restart") == "no" || name == "bootstrap" || YamlFiles.At(service, "healthcheck") is not null || YamlFiles.At(service, "build") is not null, $"{name}: no health check");
        }
    }

    [Fact]
    public async Task Mounts_FilesOfTheCheckout_AreThere()
    {
        var count = 0;
        foreach (var (name, service) in await AllAsync())
        {
            foreach (var source in YamlFiles.Items(service, "volumes").Select(Source).Where(source => source.StartsWith('/')))
            {
                Assert.True(Path.Exists(source), $"{name}: {source} is not there");
                count++;
            }

            if (YamlFiles.Text(service, "build", "dockerfile") is { } file)
            {
                Assert.True(File.Exists(RepositoryFiles.At(file)), $"{name}: {file} is not there");
            }
        }

        Assert.True(count >= 8);
    }

    [Fact]
    public void Secrets_AllThatAreNamed_AreMadeByTheScript()
    {
        var secrets = (YamlMappingNode)YamlFiles.At(YamlFiles.Load(RepositoryFiles.At("docker-compose.yml")).Single(), "secrets")!;
        var made = SecretNames().Match(RepositoryFiles.Read("infra", "docker", "secrets.sh")).Groups[1].Value.Split(' ');

        Assert.Equal(secrets.Children.Keys.Select(key => key.ToString()).Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
        Assert.All(secrets.Children, secret => Assert.Equal($"./infra/docker/secrets/{secret.Key}", YamlFiles.Text(secret.Value, "file")));
    }

    [Fact]
    public void Role_OfThePipeline_IsWhatCheckAsksForAndNoMore() =>
        Assert.Equal(JsonNode.Parse(Privileges.Role)!.ToJsonString(), JsonNode.Parse(RepositoryFiles.Read("infra", "docker", "elasticsearch", "role.json"))!.ToJsonString());

    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("Dockerfile.traffic")]
    public void Dockerfile_SourcesAreThere_ImagesArePinned_AndItIsNotRoot(string file)
    {
        var lines = File.ReadAllLines(RepositoryFiles.At("infra", "docker", file));
        var ignored = File.ReadAllLines(RepositoryFiles.At(".dockerignore"));
        foreach (var copy in lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal)))
        {
            foreach (var source in copy.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
            {
                Assert.True(Path.Exists(RepositoryFiles.At(source)), $"{file}: {source} is not there");
                Assert.DoesNotContain(source, ignored);
            }
        }

        var values = lines.Where(line => line.StartsWith("ARG ", StringComparison.Ordinal) && line.Contains('=', StringComparison.Ordinal)).Select(line => line[4..].Split('=', 2)).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
        var images = lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => Variable().Replace(line.Split(' ')[1], match => values[match.Groups[1].Value])).ToList();
        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Matches(PinnedImage(), image));
        var user = lines.Last(line => line.StartsWith("USER ", StringComparison.Ordinal))["USER ".Length..];
        Assert.DoesNotContain(user, (string[])["root", "0", "0:0"]);
    }

    private static string Source(YamlNode volume) => volume is YamlScalarNode text ? text.Value!.Split(':')[0] : YamlFiles.Text(volume, "source") ?? "";

    private static async Task<IEnumerable<(string Name, YamlNode Service)>> AllAsync()
    {
        var all = (await ServicesAsync("demo")).Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, pair.Value)).ToList();
        Assert.Equal(13, all.Count);
        return all;
    }

    /// <summary>The services, as Debian's docker-compose reads the file.</summary>
    private static async Task<YamlMappingNode> ServicesAsync(params string[] profiles)
    {
        var arguments = profiles.Where(profile => profile.Length > 0).SelectMany(profile => (string[])["--profile", profile]);
        var (code, output, errors) = await Tool.RunAsync("docker-compose", "", ["-f", RepositoryFiles.At("docker-compose.yml"), .. arguments, "config"]);
        Assert.True(code == 0, output + errors);
        return (YamlMappingNode)YamlFiles.At(YamlFiles.Parse(output).Single(), "services")!;
    }

    // A tag with two numbers at least; never latest, never none.
    [GeneratedRegex(@"^[a-z0-9./-]+:v?\d+(\.\d+)+(-[a-z0-9]+)*$|^node:\d+-[a-z]+(-slim)?$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"^for name in (.*); do$", RegexOptions.Multiline)]
    private static partial Regex SecretNames();

    [GeneratedRegex(@"\$\{([A-Z_]+)\}")]
    private static partial Regex Variable();
}
