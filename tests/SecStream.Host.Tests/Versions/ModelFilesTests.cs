using SecStream.Core.Alerts;
using SecStream.Host.Tests.Features;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Versions;
using SecStream.Models.WindowModels;
using SecStream.Training.Registry;
using Xunit;

namespace SecStream.Host.Tests.Versions;

/// <summary>Which models are in force: those of a data folder, of a folder of models, or of one model.</summary>
public sealed class ModelFilesTests : IDisposable
{
    private readonly TrainedModels _models = new();

    private string Folder => Path.Combine(_models.Data, ModelRegistry.FolderName);

    [Fact]
    public void Read_NoChampion_HasNoModels()
    {
        Assert.True(ModelFiles.Read(null).IsEmpty);
        _models.Add(1);
        var version = ModelFiles.Read(_models.Data);
        Assert.True(version.IsEmpty);
        Assert.Equal(ModelFiles.Read(null).Hash, version.Hash);
        Assert.Null(ModelFiles.Load(version));
    }

    [Fact]
    public void Read_Champion_IsTheSameByEveryFolder()
    {
        var (id, other) = (_models.Add(1), _models.Add(2));
        _models.Registry.Promote(id, "test", false, null);
        var version = ModelFiles.Read(_models.Data);
        Assert.Equal(id, ModelFiles.Load(version)!.Id);
        Assert.Equal(version.Hash, ModelFiles.Read(Folder).Hash);
        Assert.Equal(version.Hash, ModelFiles.Read(Path.Combine(Folder, id)).Hash);
        Assert.Equal(other, ModelFiles.Load(ModelFiles.Read(Path.Combine(Folder, other)))!.Id);
    }

    /// <summary>A cap is another version: it comes into force at an event time, and so does its end.</summary>
    [Fact]
    public void Read_Capped_IsAnotherVersionOfTheSameModel()
    {
        var id = _models.Add(1);
        _models.Registry.Promote(id, "test", false, null);
        var free = ModelFiles.Read(_models.Data);
        _models.Registry.CapChampion(Severity.Medium, "budget", "too many");
        var capped = ModelFiles.Read(_models.Data);
        Assert.NotEqual(free.Hash, capped.Hash);
        var set = Assert.IsType<ModelSet>(ModelFiles.Load(capped));
        Assert.Equal((id, Severity.Medium), (set.Id, set.Cap));
        Assert.Null(Assert.IsType<ModelSet>(ModelFiles.Load(free)).Cap);

        // One model that is named by its own folder is looked at as it is.
        Assert.Equal(free.Hash, ModelFiles.Read(Path.Combine(Folder, id)).Hash);
    }

    [Fact]
    public void Read_Damaged_NamesTheFileAndTheMend()
    {
        var id = _models.Add(1);
        _models.Registry.Promote(id, "test", false, null);
        var file = Path.Combine(Folder, id, "model.bin");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        var fault = Assert.Throws<ConfigurationException>(() => ModelFiles.Read(_models.Data));
        Assert.Contains($"{file}: damaged", fault.Message, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(Folder, id), recursive: true);
        Assert.Contains("it is missing", Assert.Throws<ConfigurationException>(() => ModelFiles.Read(_models.Data)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"cap\": \"enormous\"}")]
    public void Read_RegistryDamaged_NamesIt(string content)
    {
        _models.Add(1);
        File.WriteAllText(Path.Combine(Folder, RegistryFile.Name), content);
        Assert.Contains(RegistryFile.Name, Assert.Throws<ConfigurationException>(() => ModelFiles.Read(_models.Data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ModelOfAnotherForm_SaysWhatToDo()
    {
        var version = new KnowledgeVersion(KnowledgeSubject.Models, [new VersionFile(ModelFiles.Role, "20260314-0123456789ab/model.bin", [1, 2, 3])]);
        var fault = Assert.Throws<ConfigurationException>(() => ModelFiles.Load(version));
        Assert.StartsWith("model 20260314-0123456789ab: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("models rollback", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FromTheArchive_JudgesTheSame()
    {
        _models.Registry.Promote(_models.Add(1), "test", false, null);
        var version = ModelFiles.Read(_models.Data);
        var archive = new VersionArchive(Path.Combine(_models.Data, "versions"));
        archive.Store(version);
        Directory.Delete(Folder, recursive: true);
        var set = ModelFiles.Load(archive.Load(KnowledgeSubject.Models, version.Hash))!;
        var window = TrainedModels.Window(TrainedModels.Today);
        window.Values[0] = 900;
        Assert.NotNull(set.JudgeOf(GeneratedWindows.Schema, GeneratedWindows.Window)!.Judge(window).Severity);
    }

    [Fact]
    public void Watched_Folder_IsWhereTheRegistryIsOrWillBe()
    {
        Assert.Empty(ModelFiles.Watched(null));
        var before = ModelFiles.Watched(Folder);
        _models.Add(1);
        Assert.Equal(before, ModelFiles.Watched(Folder));
        Assert.Equal(before, ModelFiles.Watched(_models.Data));
    }

    public void Dispose() => _models.Dispose();
}
