using SecStream.Host.Configuration;
using SecStream.Host.Serve;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class ServiceSourcesTests
{
    [Fact]
    public void Open_OneFileByTwoNames_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a\n");
        var link = Path.Combine(Path.GetDirectoryName(path)!, "link.log");
        File.CreateSymbolicLink(link, path);
        var fault = Assert.Throws<ConfigurationException>(() => Open(folder, path, link));
        Assert.Contains("link.log", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Open(folder, path, path));
    }

    [Fact]
    public void Open_RelativePath_IsKnownByItsFullOne()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a\n");
        using var sources = Open(folder, Path.GetRelativePath(Environment.CurrentDirectory, path));
        Assert.Equal(path, sources.Files.Single().Name);
    }

    private static ServiceSources Open(TemporaryFolder folder, params string[] paths)
    {
        var options = new ServiceOptions { Data = Path.Combine(folder.Path, "data"), Syslog = new() { Udp = null, Tcp = null }, Http = new() { Listen = null } };
        return ServiceSources.Open(options, [.. paths.Select(path => new FileSettings { Path = path })], TimeProvider.System);
    }
}
