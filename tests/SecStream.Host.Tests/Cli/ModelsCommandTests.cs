using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Host.Tests.Harness;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Registry;
using Xunit;

namespace SecStream.Host.Tests.Cli;

public sealed class ModelsCommandTests : IDisposable
{
    private const long Day = 20_540;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_NothingTrained_SaysSo()
    {
        Directory.CreateDirectory(_folder.File("data"));
        var result = await HostProcess.RunAsync(_folder.Path, "models", "list");
        Assert.Equal((0, "No models; ./run train makes one."), (result.ExitCode, result.Output.Trim()));
    }

    [Fact]
    public async Task Models_PromoteRollbackPrune_RoundTrip()
    {
        var (a, b) = (Keep(1), Keep(2));
        Assert.Equal(0, (await RunAsync("models", "promote", a, "--force")).ExitCode);
        Assert.Equal(0, (await RunAsync("models", "promote", b, "--force")).ExitCode);
        var listed = JsonDocument.Parse((await RunAsync("models", "list", "--json")).Output).RootElement;
        Assert.Equal((b, a), (listed.GetProperty("champion").GetString(), listed.GetProperty("former_champion").GetString()));
        Assert.True(listed.GetProperty("history").EnumerateArray().Last().GetProperty("forced").GetBoolean());
        Assert.Equal(a, listed.GetProperty("history").EnumerateArray().Last().GetProperty("from").GetString());

        var rolledBack = await RunAsync("models", "rollback", "--note", "worse");
        Assert.Contains($"{a} judges again, {b} no longer", rolledBack.Output, StringComparison.Ordinal);
        Assert.Contains(b, (await RunAsync("models", "prune", "--keep", "0")).Output, StringComparison.Ordinal);
        var table = await RunAsync("models", "list");
        Assert.Contains("champion", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(b, table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_ById_TableAndJsonHoldTheFigures()
    {
        var id = Keep(1);
        var shown = await RunAsync("models", "show", id[..12]);
        Assert.Contains("api-key", shown.Output, StringComparison.Ordinal);
        Assert.Contains("learning until 2026-03-15", shown.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await RunAsync("models", "show", id, "--json")).Output).RootElement;
        Assert.Equal((id, "none"), (json.GetProperty("id").GetString(), json.GetProperty("role").GetString()));
        Assert.Equal("high", json.GetProperty("classes")[0].GetProperty("reachable").GetString());
    }

    [Fact]
    public async Task Models_Damaged_IsNamedAndNotPromoted()
    {
        var id = Keep(1);
        await File.WriteAllTextAsync(_folder.File($"data/models/{id}/model.bin"), "x");
        var listed = await RunAsync("models", "list");
        Assert.Equal(1, listed.ExitCode);
        Assert.Contains("damaged", listed.Output, StringComparison.Ordinal);
        var promoted = await RunAsync("models", "promote", id, "--force");
        Assert.Equal(1, promoted.ExitCode);
        Assert.Contains("model.bin: damaged", promoted.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", promoted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_UnknownId_SuggestsTheNearest()
    {
        var id = Keep(1);
        var typo = id[..^1] + (id[^1] == '0' ? '1' : '0');
        var result = await RunAsync("models", "show", typo);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"did you mean '{id}'?", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "models", "prune", "--keep", "-1")]
    [InlineData(2, "models", "challenge")]
    [InlineData(2, "models", "show", "20260401-abcdefabcdef", "--data", "nowhere")]
    [InlineData(2, "models", "promote", "2026", "--force", "--dry-run")]
    [InlineData(2, "train", "--from", "yesterday")]
    [InlineData(2, "train", "--from", "2026-03-02", "--until", "2026-03-01")]
    [InlineData(2, "train", "--seed", "-1")]
    [InlineData(2, "train", "--alerts", "nowhere.ndjson")]
    [InlineData(2, "train", "--data", "nowhere")]
    [InlineData(1, "train")]
    [InlineData(1, "models", "rollback")]
    public async Task Command_ThatCantBeDone_SaysWhy(int code, params string[] arguments)
    {
        Directory.CreateDirectory(_folder.File("data"));
        var result = await HostProcess.RunAsync(_folder.Path, arguments);
        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private Task<HostResult> RunAsync(params string[] arguments) => HostProcess.RunAsync(_folder.Path, [.. arguments, "--data", "data"]);

    private string Keep(int number)
    {
        var days = ManifestDays.Of(new DaySplit([Day - 3, Day - 2], [Day - 1], [Day]));
        var manifest = new ModelManifest
        {
            Seed = 1,
            Days = days,
            WindowsPerDay = 1000,
            Classes =
            [
                new ManifestClass
                {
                    Profile = "api-key", SchemaVersion = "1", WindowSeconds = 300, Features = ["request_rate"], Days = days, Keys = 5, LearningKeys = 1, FitWindows = 500,
                    CalibrationWindows = 250, EvaluationWindows = 250, WindowsPerDay = 1000, Reachable = Severity.High, Floor = 1e-5,
                },
            ],
            Skipped = [new ManifestSkipped("user", "learning until 2026-03-15: 9 of 14 days of windows are stored")],
            Excluded = new ManifestExclusions(new Dictionary<string, long>(), new Dictionary<string, long>()),
            Budget = [],
        };
        var registry = new ModelRegistry(_folder.File("data"), TimeProvider.System);
        return registry.Add(new ArtefactDraft(Day, manifest, [(Artefact.ModelFile, [(byte)number]), (Artefact.ReportFile, [])]), "test");
    }
}
