using SecStream.Connectors.Features;
using SecStream.Host.Tests.Harness;
using SecStream.Training.Registry;
using Xunit;

namespace SecStream.Host.Tests.Features;

public sealed class FeaturesCommandTests
{
    [Fact]
    public async Task Export_StoredWindows_WritesThemAsCsv()
    {
        using var folder = new TemporaryFolder();
        Store(folder.File("data"), days: 2);
        var result = await HostProcess.RunAsync(
            folder.Path, "features", "export", "--data", "data", "--profile", "api-key", "--window", "5m", "--from", "2026-03-02", "--out", "features.csv");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("4,608 windows of api-key, 5m each", result.Errors, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(folder.File("features.csv"));
        Assert.StartsWith("start,end,secstream.api_key.id,events,requests", lines[0], StringComparison.Ordinal);
        Assert.Equal(1 + 4608, lines.Length);
        Assert.Equal(["data", "features.csv"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Export_WhatIsNotThere_NamesWhatIs()
    {
        using var folder = new TemporaryFolder();
        var nothing = await HostProcess.RunAsync(folder.Path, "features", "export", "--data", "data", "--profile", "api-key", "--out", "x.csv");
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("no such folder", nothing.Errors, StringComparison.Ordinal);
        Store(folder.File("data"), days: 1);
        var profile = await HostProcess.RunAsync(folder.Path, "features", "export", "--data", "data", "--profile", "api-kye", "--out", "x.csv");
        Assert.Contains("api-key", profile.Errors, StringComparison.Ordinal);
        var window = await HostProcess.RunAsync(folder.Path, "features", "export", "--data", "data", "--profile", "api-key", "--window", "1h", "--out", "x.csv");
        Assert.Contains("api-key has windows of 5m", window.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("x.csv")));
    }

    [Fact]
    public async Task Export_WithAModel_AddsWhatItSays()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Store(data, days: 1);
        var draft = GeneratedWindows.Trained.Value;
        new ModelRegistry(data, TimeProvider.System).Add(draft, "test");
        var result = await HostProcess.RunAsync(
            folder.Path, "features", "export", "--data", "data", "--profile", "api-key", "--model", draft.Id, "--out", "features.csv");
        Assert.True(result.ExitCode == 0, result.Errors);
        var lines = await File.ReadAllLinesAsync(folder.File("features.csv"));
        Assert.EndsWith(",country,state,p,grade", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains(",judged,0.", StringComparison.Ordinal));
    }

    private static void Store(string data, int days)
    {
        using var sink = new FeatureFileSink(Path.Combine(data, "features"));
        var store = GeneratedWindows.Store(days);
        foreach (var window in store.Days(GeneratedWindows.Schema).SelectMany(day => store.Read(GeneratedWindows.Schema, GeneratedWindows.Window, day)))
        {
            sink.Write(window);
        }
    }
}
