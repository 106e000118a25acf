using SecStream.Host.Versions;
using Xunit;

namespace SecStream.Host.Tests.Versions;

public sealed class VersionArchiveTests : IDisposable
{
    private readonly ReloadSetup _setup = new();

    [Fact]
    public void Load_WhatWasStored_IsTheSameThoughTheFilesHaveChanged()
    {
        var archive = new VersionArchive(_setup.Archive);
        foreach (var version in KnowledgeFiles.Read(_setup.Options))
        {
            archive.Store(version);
            archive.Store(version);
            _setup.WriteRule("A", "other");
            var loaded = archive.Load(version.Subject, version.Hash);
            Assert.Equal(version.Files.Select(f => (f.Role, f.Name)), loaded.Files.Select(f => (f.Role, f.Name)));
            Assert.Equal(version.Files.SelectMany(f => f.Content), loaded.Files.SelectMany(f => f.Content));
        }
    }

    [Fact]
    public void Load_DamagedOrMissing_SaysWhichFolder()
    {
        var archive = new VersionArchive(_setup.Archive);
        var version = KnowledgeFiles.Read(_setup.Options)[0];
        archive.Store(version);
        var stored = Directory.EnumerateFiles(_setup.Archive, "*.yml", SearchOption.AllDirectories).First();
        File.AppendAllText(stored, "x");
        var folder = Path.Combine(_setup.Archive, $"rules-{version.Hash}");
        Assert.StartsWith(folder + ": damaged", Assert.Throws<ConfigurationException>(() => archive.Load("rules", version.Hash)).Message, StringComparison.Ordinal);
        var missing = Assert.Throws<ConfigurationException>(() => archive.Load("rules", "0123456789abcdef"));
        Assert.StartsWith(Path.Combine(_setup.Archive, "rules-0123456789abcdef"), missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prune_WhatNoEntryNames_IsDeleted()
    {
        var archive = new VersionArchive(_setup.Archive);
        Assert.Equal(0, archive.Prune([]));
        var versions = KnowledgeFiles.Read(_setup.Options);
        versions.ToList().ForEach(archive.Store);
        Assert.Equal(versions.Count - 1, archive.Prune([("rules", versions[0].Hash)]));
        Assert.Equal(versions[0].Hash, archive.Load("rules", versions[0].Hash).Hash);
        Assert.Throws<ConfigurationException>(() => archive.Load("intel", versions[2].Hash));
    }

    [Fact]
    public void Hash_ContentNamesOrOrder_ChangeIt()
    {
        KnowledgeVersion Of(params (string Name, string Text)[] files) =>
            new("intel", [.. files.Select(f => new VersionFile("Blacklist", f.Name, System.Text.Encoding.UTF8.GetBytes(f.Text)) { Path = "/any/" + f.Name })]);
        string[] hashes = [Of(("a", "x"), ("b", "y")).Hash, Of(("b", "y"), ("a", "x")).Hash, Of(("a", "x"), ("b", "z")).Hash, Of(("a", "xb"), ("", "y")).Hash, Of(("a", "x")).Hash];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    public void Dispose() => _setup.Dispose();
}
