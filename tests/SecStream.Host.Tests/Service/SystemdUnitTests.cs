using System.Diagnostics;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Service;

public sealed class SystemdUnitTests
{
    private static readonly string Unit = File.ReadAllText(Repository.File("infra", "systemd", "secstream.service"));

    [Fact]
    public void Unit_HasWhatTheServiceRelies_On()
    {
        var settings = Settings();
        Assert.Equal("notify", settings["Service/Type"]);
        Assert.Equal("on-failure", settings["Service/Restart"]);
        Assert.Equal("2", settings["Service/RestartPreventExitStatus"]);
        Assert.Equal("strict", settings["Service/ProtectSystem"]);
        Assert.Equal("yes", settings["Service/NoNewPrivileges"]);
        Assert.Equal("adm", settings["Service/SupplementaryGroups"]);
        Assert.Equal("secstream", settings["Service/StateDirectory"]);
        Assert.Contains("-HUP $MAINPID", settings["Service/ExecReload"], StringComparison.Ordinal);
        Assert.Contains("AF_UNIX", settings["Service/RestrictAddressFamilies"], StringComparison.Ordinal);
        Assert.False(settings.ContainsKey("Service/MemoryDenyWriteExecute"), "the runtime compiles code while it runs");
    }

    [Fact]
    public async Task Unit_PassesTheCheckOfSystemd()
    {
        // Not every machine that builds this has systemd; the other test stands everywhere.
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            return;
        }

        using var folder = new TemporaryFolder();
        var unit = folder.Write("secstream.service", Unit.Replace("/opt/secstream/bin/SecStream.Host", "/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", unit]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.DoesNotContain(said.Split('\n'), line => line.Contains("secstream.service", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Settings()
    {
        var section = "";
        var settings = new Dictionary<string, string>();
        foreach (var line in Unit.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[')
            {
                section = line.Trim('[', ']');
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            Assert.True(equals > 0, line);
            settings[$"{section}/{line[..equals]}"] = line[(equals + 1)..];
        }

        return settings;
    }
}
