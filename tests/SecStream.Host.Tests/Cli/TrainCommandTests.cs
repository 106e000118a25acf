using System.Text.Json;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Cli;

/// <summary>From stored windows to a model that judges, as a person does it.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_ThenPromote_TheModelJudgesAndTheReportSaysWhy()
    {
        Store(days: 16);
        var trained = await RunAsync("train", "--json");
        Assert.True(trained.ExitCode == 0, trained.Errors);
        var manifest = JsonDocument.Parse(trained.Output).RootElement;
        var id = manifest.GetProperty("id").GetString()!;
        Assert.StartsWith("20260316-", id, StringComparison.Ordinal);
        Assert.Equal(("api-key", 8 * 288 * StoredTraffic.Keys), (manifest.GetProperty("classes")[0].GetProperty("profile").GetString(), manifest.GetProperty("classes")[0].GetProperty("fit_windows").GetInt32()));
        Assert.Contains("api-key 5m: ", trained.Errors, StringComparison.Ordinal);

        var again = await RunAsync("train");
        Assert.Contains($"Kept in data/models/{id}", again.Output, StringComparison.Ordinal);

        var dry = await RunAsync("models", "promote", id, "--dry-run", "--html", "gate.html");
        Assert.True(dry.ExitCode == 0, dry.Output + dry.Errors);
        Assert.Contains("would be promoted", dry.Output, StringComparison.Ordinal);
        Assert.Contains("may be promoted", await File.ReadAllTextAsync(_folder.File("gate.html")), StringComparison.Ordinal);

        var promoted = await RunAsync("models", "promote", id, "--json");
        Assert.Equal(0, promoted.ExitCode);
        var report = JsonDocument.Parse(promoted.Output).RootElement;
        Assert.True(report.GetProperty("promoted").GetBoolean());
        Assert.Equal(4, report.GetProperty("unseen_days").GetArrayLength());
        Assert.Equal(4, report.GetProperty("budget").GetArrayLength());
        Assert.Contains($"{id} (champion)", (await RunAsync("models", "show", id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promote_WindowsOfAnotherProfile_IsRefusedWithTheReason()
    {
        Store(days: 14);
        var id = JsonDocument.Parse((await RunAsync("train", "--json")).Output).RootElement.GetProperty("id").GetString()!;
        Directory.Delete(_folder.File("data/features"), recursive: true);
        var refused = await RunAsync("models", "promote", id);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("refused: it judges no stored window", refused.Output, StringComparison.Ordinal);
        Assert.Contains("refused", (await RunAsync("models", "list", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_TooFewDays_SaysUntilWhen()
    {
        Store(days: 3);
        var result = await RunAsync("train");
        Assert.Equal((1, "secstream: api-key: learning until 2026-03-14: 3 of 14 days of windows are stored"), (result.ExitCode, result.Errors.Trim()));
    }

    [Fact]
    public async Task Train_UnknownProfile_Suggests()
    {
        Store(days: 1);
        var result = await RunAsync("train", "--profile", "api-kee");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("did you mean 'api-key'?", result.Errors, StringComparison.Ordinal);
    }

    private Task<HostResult> RunAsync(params string[] arguments) => HostProcess.RunAsync(_folder.Path, [.. arguments, "--data", "data"]);

    private void Store(int days) => StoredTraffic.Write(_folder.File("data/features"), days);
}
