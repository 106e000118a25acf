using System.Text;
using System.Text.Json;
using SecStream.Connectors.Http;
using SecStream.Connectors.Http.Facade;

namespace SecStream.Connectors.Tests.Http;

public sealed class ElasticsearchFacadeTests
{
    private readonly ElasticsearchFacade _facade = new(new HttpIngestOptions { ElasticsearchVersion = "9.0.1" });

    [Theory]
    [InlineData("/_index_template/t", "{\"index_patterns\":[\"a\"]}", "index_templates")]
    [InlineData("/_component_template/t", "{}", "component_templates")]
    [InlineData("/_template/t", "{\"order\":1}", "t")]
    [InlineData("/_ilm/policy/t", "{\"policy\":{\"phases\":{}}}", "t")]
    [InlineData("/_ingest/pipeline/t", "{\"processors\":[]}", "t")]
    [InlineData("/_data_stream/t", "", "data_streams")]
    [InlineData("/_alias/t", "", "t")]
    [InlineData("/some-index", "", "some-index")]
    public void Named_PutGetDelete_IsRemembered(string path, string body, string member)
    {
        Assert.Equal(404, Ask("GET", path).Status);
        Assert.Equal(200, Ask("PUT", path, body).Status);
        Assert.True(Parse(Ask("GET", path)).TryGetProperty(member, out _));
        Assert.Equal(200, Ask("HEAD", path).Status);
        Assert.Equal(200, Ask("DELETE", path).Status);
        Assert.Equal(404, Ask("HEAD", path).Status);
        Assert.Equal(404, Ask("DELETE", path).Status);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"policy\":{},\"policy\":{}}")]
    [InlineData("{\"\\ud800\":\"\\ud800\"}")]
    public void Named_NoObject_IsRefused(string body) => Assert.Equal(400, Ask("PUT", "/_ilm/policy/t", body).Status);

    [Fact]
    public void Named_ThousandsOfThem_TheOldestGo()
    {
        for (var i = 0; i < 2000; i++)
        {
            Ask("PUT", $"/_index_template/t{i}");
            Ask("DELETE", $"/_index_template/t{i - 1}");
            Ask("PUT", $"/_ilm/policy/p{i}");
        }

        Assert.Equal(404, Ask("GET", "/_ilm/policy/p0").Status);
        Assert.Equal(200, Ask("GET", "/_ilm/policy/p1999").Status);
        Assert.Equal(200, Ask("GET", "/_index_template/t1999").Status);
        Assert.Equal("t1999\n", Encoding.UTF8.GetString(Ask("GET", "/_cat/templates/t*").Body));
    }

    [Fact]
    public void Named_PutAndDeletedAgainAndAgain_KeepsTheOthers()
    {
        Ask("PUT", "/_ilm/policy/kept");
        for (var i = 0; i < 5000; i++)
        {
            Ask("PUT", "/_ilm/policy/again");
            Ask("DELETE", "/_ilm/policy/again");
        }

        Assert.Equal(200, Ask("GET", "/_ilm/policy/kept").Status);
    }

    [Fact]
    public void Banner_Version_IsTheConfiguredOne() =>
        Assert.Equal("9.0.1", Parse(Ask("GET", "/")).GetProperty("version").GetProperty("number").GetString());

    [Theory]
    [InlineData("/_license")]
    [InlineData("/_xpack")]
    [InlineData("/_cluster/health")]
    [InlineData("/_cluster/health/logs-*")]
    [InlineData("/_nodes/http")]
    [InlineData("/_nodes/_all/http")]
    [InlineData("/_resolve/index/logs-*")]
    [InlineData("/_cluster/settings")]
    public void SetUp_Questions_AreAnswered(string path) => Assert.Equal(JsonValueKind.Object, Parse(Ask("GET", path)).ValueKind);

    private FacadeAnswer Ask(string method, string path, string body = "") =>
        _facade.Answer(new FacadeRequest(method, path, "", "127.0.0.1:8080", Encoding.UTF8.GetBytes(body)));

    private static JsonElement Parse(FacadeAnswer answer)
    {
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Body).RootElement;
    }
}
