using System.Text.Json;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Redis;
using SecStream.Host.Configuration;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Configuration;

public sealed class ConfigurationSchemaTests
{
    private static readonly Dictionary<string, string> s_required = new()
    {
        ["kafka"] = "\n  brokers: a:9092",
        ["elasticsearch"] = "\n  hosts: http://a:9200",
        ["redis"] = "\n  endpoints: a:6379",
    };

    [Fact]
    public void ToJson_IsTheFileInTheRepository() =>
        Assert.Equal(File.ReadAllText(Repository.File("infra", "schemas", "config.schema.json")), ConfigurationSchema.ToJson());

    [Fact]
    public void Defaults_AreThoseInForce()
    {
        var inForce = ServiceOptionsListing.Values(new ServiceOptions
        {
            Kafka = new KafkaOptions { Brokers = [] },
            Elasticsearch = new ElasticsearchOptions { Hosts = [] },
            Redis = new RedisOptions { Endpoints = [] },
        }).ToDictionary(v => v.Key, v => v.Value);
        var documented = Defaults(ConfigurationSchema.Root, "").Where(d => d.Key != "files.format").ToList();
        Assert.NotEmpty(documented);
        Assert.All(documented, d => Assert.Equal((d.Key, d.Value), (d.Key, inForce[d.Key])));
    }

    [Fact]
    public void Defaults_WrittenOut_AreReadBack()
    {
        foreach (var (key, value) in Defaults(ConfigurationSchema.Root, "").Where(d => d.Key != "files.format"))
        {
            var parts = key.Split('.');
            var text = parts.Length == 1 ? $"{key}: {value}" : $"{parts[0]}:\n  {parts[1]}: '{value}'{s_required.GetValueOrDefault(parts[0])}";
            var issues = new ConfigurationIssues(Path.GetFullPath("secstream.yml"));
            var read = ServiceOptionsReader.Read(text, issues);
            Assert.Empty(issues.All);
            Assert.Equal(key == "data" ? Path.GetFullPath(value) : value, ServiceOptionsListing.Values(read.Options).Single(v => v.Key == key).Value);
            Assert.True(read.Lines.ContainsKey(key));
        }
    }

    [Fact]
    public void EveryKey_HasADescriptionAndNoPlaceForASecret()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.ToJson());
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
        Assert.All(schema.RootElement.GetProperty("properties").EnumerateObject(), p => Assert.NotEqual("", p.Value.GetProperty("description").GetString()));
        foreach (var word in new[] { "\"secret\":", "\"password\":", "\"token\":" })
        {
            Assert.DoesNotContain(word, ConfigurationSchema.ToJson(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Example_IsFitForUse()
    {
        var path = Repository.File("infra", "systemd", "secstream.example.yml");
        var issues = new ConfigurationIssues(path);
        ServiceOptionsReader.Read(File.ReadAllText(path), issues);
        Assert.Empty(issues.All);
    }

    private static IEnumerable<(string Key, string Value)> Defaults(SectionShape section, string prefix) => section.Fields.SelectMany(field => field.Shape switch
    {
        SectionShape inner => Defaults(inner, prefix + field.Name + "."),
        _ => field.Default is { } value ? [(prefix + field.Name, value)] : [],
    });
}
