using System.Text.Json;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Configuration;

public sealed class ConfigCommandTests
{
    [Fact]
    public async Task Check_Mistakes_ExitTwoAndNameAllOfThem()
    {
        using var folder = new TemporaryFolder();
        folder.Write("secstream.yml", "lanes: many\nhttp:\n  lisen: off\n");
        var result = await HostProcess.RunAsync(folder.Path, "config", "check");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("secstream.yml:1:8: lanes: 'many' can't be used; use a whole number from 1 to 64", result.Errors, StringComparison.Ordinal);
        Assert.Contains("secstream.yml:3:3: http.lisen: unknown key 'lisen'; did you mean 'listen'?", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_FileAndCommandLine_EachWithItsOrigin()
    {
        using var folder = new TemporaryFolder();
        folder.Write("conf/x.yml", "lanes: 2\ntenant: acme\nfiles: [a.log]\nhttp: {keys: [{name: ops, role: admin, secret_env: OPS}]}\n");
        var result = await HostProcess.RunAsync(folder.Path, "config", "show", "--json", "--config", "conf/x.yml", "--lanes", "3", "--data", "elsewhere");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        var settings = json.RootElement.EnumerateArray().ToDictionary(s => s.GetProperty("key").GetString()!, s => (s.GetProperty("value").GetString(), s.GetProperty("origin").GetString()));
        Assert.Equal(("3", "command line"), settings["lanes"]);
        Assert.Equal(("elsewhere", "command line"), settings["data"]);
        Assert.Equal(("acme", "conf/x.yml:2"), settings["tenant"]);
        Assert.Equal((folder.File("conf/a.log"), "conf/x.yml:3"), settings["files[0]"]);
        Assert.Equal(("ops admin (secret in $OPS)", "conf/x.yml:4"), settings["http.keys[0]"]);
        Assert.Equal(("1h", "default"), settings["horizon"]);
    }

    [Fact]
    public async Task Show_FileNamedAndMissing_ExitsTwo()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "config", "show", "--config", "none.yml");
        Assert.Equal((2, true), (result.ExitCode, result.Errors.Contains("--config none.yml: no such file", StringComparison.Ordinal)));
    }
}
