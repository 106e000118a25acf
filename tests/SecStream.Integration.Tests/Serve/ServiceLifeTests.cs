using System.Net.Sockets;
using System.Text;
using SecStream.Integration.Tests.Faults;

namespace SecStream.Integration.Tests.Serve;

/// <summary>Start and end of the built program, and what it leaves on disk.</summary>
[Collection(FaultTests.Name)]
public sealed class ServiceLifeTests
{
    /// <summary>The end takes as long as what is under way may take, not as long as some default allows: nothing is cut off by it.</summary>
    [Fact]
    public async Task Stop_RequestUnderWay_EndsInOrder()
    {
        using var folder = new FaultFolder();
        await using var service = await ServiceProcess.StartAsync(folder);
        using var client = new TcpClient();
        var url = new Uri(service.Url);
        await client.ConnectAsync(url.Host, url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /ingest HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: 1000\r\n\r\n{{\"message\":"));
        await Task.Delay(300);
        Assert.Equal(0, await service.StopAsync());
        Assert.Contains("stopped; the state is saved", service.Log, StringComparison.Ordinal);
        Assert.NotEmpty(folder.Files("*", "state", "snapshots"));
    }

    /// <summary>Logs and alerts are nobody else's affair, in whatever shell the service was started.</summary>
    [Fact]
    public async Task DataFolder_IsNotForOthers()
    {
        using var folder = new FaultFolder();
        await using var service = await ServiceProcess.StartAsync(folder);
        await service.PostAsync(FaultEvents.Make(0, 60, FaultEvents.Start()));
        await service.UntilAsync(() => folder.Files("*", "events").Count + Directory.GetDirectories(folder.InData("events")).Length > 0, "events are stored");
        Assert.Equal(0, await service.StopAsync());
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite;
        var made = Directory.EnumerateFileSystemEntries(folder.Data, "*", SearchOption.AllDirectories).Prepend(folder.Data).ToList();
        Assert.True(made.Count > 10);
        Assert.DoesNotContain(made, path => OperatingSystem.IsLinux() && (File.GetUnixFileMode(path) & Others) != 0);
    }

    [Theory]
    [InlineData("alerts")]
    [InlineData("events")]
    public async Task Query_AfterAPlaceThatIsNone_IsTheCallersMistake(string what)
    {
        using var folder = new FaultFolder();
        await using var service = await ServiceProcess.StartAsync(folder);
        var (status, text) = await service.GetAsync($"/api/v1/{what}?after=bogus");
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, status);
        Assert.Contains("bogus", text, StringComparison.Ordinal);
        Assert.DoesNotContain("unhandled", service.Log, StringComparison.Ordinal);
    }

    /// <summary>A hangup asks for a reload; one that comes before there is anything to reload must not end the service.</summary>
    [Fact]
    public async Task Hangup_WhileItStarts_DoesNotEndIt()
    {
        using var folder = new FaultFolder();
        await using var service = ServiceProcess.Launch(folder);
        await service.UntilAsync(() => service.HasEnded || service.Log.Length > 0, "the service says something");
        await service.SignalAsync("HUP");
        await service.ListeningAsync();
        await service.SignalAsync("HUP");
        await service.PostAsync(FaultEvents.Make(0, 60, FaultEvents.Start()));
        Assert.Equal(0, await service.StopAsync());
    }
}
