using System.Text;
using SecStream.Core.Alerts;
using SecStream.Training.Artefacts;
using SecStream.Training.Registry;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Artefacts;

public sealed class ArtefactTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Draft_SameContent_HasTheSameId()
    {
        Assert.Equal(Drafts.Make(1).Id, Drafts.Make(1).Id);
        Assert.NotEqual(Drafts.Make(1).Id, Drafts.Make(2).Id);
        Assert.True(ModelId.IsOne(Drafts.Make(1).Id));
    }

    [Fact]
    public void Open_AsStored_IsWhatWasStored()
    {
        var draft = Store();
        var artefact = Artefact.Open(_folder.File("models", draft.Id));
        Assert.Equal([1, 2, 3, 1], artefact.Model);
        Assert.Equal(draft.ManifestBytes, artefact.Manifest.ToBytes());
    }

    [Theory]
    [InlineData(Artefact.ModelFile)]
    [InlineData(Artefact.ReportFile)]
    [InlineData(ModelManifest.FileName)]
    public void Open_OneByteChanged_NamesTheFileAndTheMend(string file)
    {
        var path = _folder.File("models", Store().Id, file);
        var content = File.ReadAllBytes(path);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(path, content);
        AssertDamaged(path);
    }

    [Theory]
    [InlineData(Artefact.ModelFile)]
    [InlineData(ModelManifest.FileName)]
    public void Open_FileMissing_NamesIt(string file)
    {
        var path = _folder.File("models", Store().Id, file);
        File.Delete(path);
        AssertDamaged(path);
    }

    [Fact]
    public void Open_UnderAnotherId_IsDamaged()
    {
        var draft = Store();
        Directory.Move(_folder.File("models", draft.Id), _folder.File("models", "20260101-000000000000"));
        Assert.Throws<InvalidDataException>(() => Artefact.Open(_folder.File("models", "20260101-000000000000")));
    }

    [Fact]
    public void Manifest_NotANumber_IsNullAndBack()
    {
        var manifest = Drafts.Manifest() with
        {
            Budget =
            [
                new ManifestBudget
                {
                    Severity = Severity.High, Budget = 1, Threshold = 1e-5, Expected = 0, ReachableClasses = 0, Measured = double.NaN, MeasuredLow = double.NaN, MeasuredHigh = double.NaN,
                },
            ],
        };
        var bytes = manifest.ToBytes();
        Assert.Contains("\"measured\": null", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.True(double.IsNaN(ModelManifest.Parse(bytes).Budget[0].Measured));
        Assert.Equal(bytes, ModelManifest.Parse(bytes).ToBytes());
    }

    [Theory]
    [InlineData("20260328-1f0c39a2b4d5", true)]
    [InlineData("20260328-1F0C39A2B4D5", false)]
    [InlineData("20260328-1f0c39a2b4d", false)]
    [InlineData("../../../etc/passwd123", false)]
    [InlineData("2026032801f0c39a2b4d5", false)]
    public void IsOne_OnlyTheForm(string text, bool isOne) => Assert.Equal(isOne, ModelId.IsOne(text));

    private ArtefactDraft Store()
    {
        var draft = Drafts.Make(1);
        new ModelRegistry(_folder.Path, TimeProvider.System).Add(draft, "test");
        return draft;
    }

    private static void AssertDamaged(string path)
    {
        var fault = Assert.Throws<InvalidDataException>(() => Artefact.Open(Path.GetDirectoryName(path)!));
        Assert.StartsWith(path + ": damaged: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("train again", fault.Message, StringComparison.Ordinal);
    }
}
