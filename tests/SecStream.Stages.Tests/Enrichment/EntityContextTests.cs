using System.Text;
using SecStream.Core.Alerts;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class EntityContextTests
{
    private const string Yaml = """
        users:
          - name: Alice
            email: alice@example.org
            role: operator
            admin: true
            home_country: DE
          - { name: admin, admin: false }
          - name: jürgen
        assets:
          - { host: db1, criticality: critical }
          - host: web1
        """;

    [Theory]
    [InlineData("root", true)]
    [InlineData("ROOT", true)]
    [InlineData("Administrator", true)]
    [InlineData("admin", false)]
    [InlineData("alice", true)]
    [InlineData("ALICE@EXAMPLE.ORG", true)]
    [InlineData("bob", false)]
    [InlineData("root ", false)]
    [InlineData("", false)]
    public void IsAdmin_FileThenDefaults(string name, bool expected) =>
        Assert.Equal(expected, Parse("e.yml", Yaml).IsAdmin(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Parse_Yaml_GivesUsersAndAssets()
    {
        var context = Parse("e.yml", Yaml);

        Assert.Equal(new UserContext("Alice", "alice@example.org", "operator", true, "DE"), context.FindUser("alice"u8));
        Assert.Equal("jürgen", context.FindUser("JüRGEN"u8)!.Name);
        Assert.Equal(Severity.Critical, context.FindAsset("DB1"u8)!.Criticality);
        Assert.Equal(Severity.Medium, context.FindAsset("web1"u8)!.Criticality);
        Assert.Null(context.FindAsset("web2"u8));
        Assert.Matches("^[0-9a-f]{16}$", context.Version);
    }

    [Fact]
    public void Parse_Csv_GivesTheSame()
    {
        var users = Parse("users.csv", "# ours\nname,email,role,admin,home_country\nAlice,alice@example.org,\"operator\",true,DE\n\nbob,,,,\n");
        var assets = Parse("assets.csv", "host,criticality\ndb1,critical\n");

        Assert.Equal(new UserContext("Alice", "alice@example.org", "operator", true, "DE"), users.FindUser("alice"u8));
        Assert.Equal(new UserContext("bob", null, null, false, null), users.FindUser("bob"u8));
        Assert.Equal(Severity.Critical, assets.FindAsset("db1"u8)!.Criticality);
    }

    [Theory]
    [InlineData("e.yml", "users:\n  - name: a\n    adnim: true", "e.yml:3: adnim: unknown key; known are name, email, role, admin, home_country")]
    [InlineData("e.yml", "user:\n  - name: a", "e.yml:1: user: unknown key; known are users, assets")]
    [InlineData("e.yml", "users:\n  - name: a\n    admin: perhaps", "admin: 'perhaps' is no truth value; write true or false")]
    [InlineData("e.yml", "users:\n  - name: a\n    home_country: Germany", "home_country: 'Germany' is no country code")]
    [InlineData("e.yml", "users:\n  - role: a", "e.yml:2: name: missing")]
    [InlineData("e.yml", "users:\n  - name: a\n  - name: A", "e.yml:3: name: 'A' is there already")]
    [InlineData("e.yml", "users: 5", "e.yml:1: users: no list")]
    [InlineData("e.yml", "users:\n  - 5", "e.yml:2: users: an entry is no map")]
    [InlineData("e.yml", "users:\n  - name: [a]", "e.yml:2: name: no single value")]
    [InlineData("e.yml", "users:\n  - name: 'a", "no valid YAML")]
    [InlineData("e.yml", "users: [{name: a, ad\nmin: true}]", "no valid YAML")]
    [InlineData("e.yml", "- a", "no map at the top")]
    [InlineData("e.yml", "assets:\n  - host: a\n    criticality: 3", "criticality: '3' is unknown")]
    [InlineData("e.csv", "name,adnim\na,true", "e.csv:2: adnim: unknown key")]
    [InlineData("e.csv", "name\na,b", "e.csv:2: 2 columns under a heading of 1")]
    [InlineData("e.csv", "name\n\"a", "e.csv:2: a quote is not closed")]
    public void Parse_Fault_NamesFileLineKeyAndMend(string file, string content, string message) =>
        Assert.Contains(message, Assert.Throws<EnrichmentFileException>(() => Parse(file, content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_Empty_GivesTheDefaults()
    {
        Assert.True(Parse("e.yml", "").IsAdmin("root"u8));
        Assert.True(Parse("e.yml", "users:\nassets:\n").IsAdmin("root"u8));
    }

    [Fact]
    public void FindUser_ThousandsOfNames_AllFound()
    {
        var users = Enumerable.Range(0, 5000).Select(i => new UserContext($"user{i}", null, null, false, null)).ToList();
        var context = new EntityContext(users, [], "v");

        Assert.All(users, user => Assert.Same(user, context.FindUser(Encoding.UTF8.GetBytes(user.Name.ToUpperInvariant()))));
    }

    private static EntityContext Parse(string file, string content) => EntityContextParser.Parse(file, Encoding.UTF8.GetBytes(content));
}
