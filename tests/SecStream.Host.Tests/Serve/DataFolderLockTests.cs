using SecStream.Host.Serve;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class DataFolderLockTests
{
    [Fact]
    public async Task Serve_FolderOfAnotherServe_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("auth.log", SampleLogs.Auth());
        using var other = new DataFolderLock(folder.File("data"));
        var result = await HostProcess.RunAsync(folder.Path, "serve", "auth.log");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("another serve works in this folder", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("data/events.ndjson")));
    }

    [Fact]
    public void Dispose_FolderIsFreeAgain()
    {
        using var folder = new TemporaryFolder();
        new DataFolderLock(folder.Path).Dispose();
        new DataFolderLock(folder.Path).Dispose();
    }
}
