using System.Globalization;
using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;

namespace SecStream.Integration.Tests.Faults;

/// <summary>Somebody sets the machine's clock, while the service runs or between two runs: nothing is lost or double, and the ledger says so.</summary>
[Collection(FaultTests.Name)]
public sealed class ClockTests
{
    [Theory]
    [InlineData(-1, "clock_set_back")]
    [InlineData(1, "clock_set_forward")]
    public async Task SetWhileRunning_NothingLostOrDouble(int hours, string kind)
    {
        using var folder = new FaultFolder();
        var clock = new SetClock();
        var lines = FaultEvents.Make(0, 240, FaultEvents.Start());
        await using var service = new InProcessService(folder, clock);
        await service.ListeningAsync();
        await service.PostAsync(lines.Take(120));
        await service.UntilAsync(async () => (await service.AlertsAsync()).Count > 0, "alerts of the time before");
        clock.Offset = TimeSpan.FromHours(hours);
        var decided = Decisions(folder);
        await service.PostAsync(lines.Skip(120));
        await service.UntilAsync(async () => (await service.LedgerAsync(kind)).Count > 0, kind + " is in the ledger");
        if (hours < 0)
        {
            await service.UntilAsync(
                async () => (await service.LedgerAsync(kind)).Any(e => e.GetProperty("subject").GetString() == "journal http"), "the journal's arrival times are told");
        }

        await service.UntilAsync(() => Decisions(folder) > decided, "decisions on quiet sources go on");
        await service.SettlesAsync(lines);
        await AssertSpansAsync(service);
        await service.StopAsync();
    }

    [Fact]
    public async Task SetBackBetweenRuns_NothingLostOrDouble()
    {
        using var folder = new FaultFolder();
        var clock = new SetClock();
        var lines = FaultEvents.Make(0, 240, FaultEvents.Start());
        await using (var service = new InProcessService(folder, clock))
        {
            await service.ListeningAsync();
            await service.PostAsync(lines.Take(120));
            await service.UntilAsync(async () => (await service.AlertsAsync()).Count > 0, "alerts");
            await service.UntilAsync(() => File.Exists(folder.InData("state", "heartbeat.json")), "a sign of life");
            await service.StopAsync();
        }

        clock.Offset = TimeSpan.FromHours(-1);
        await using var next = new InProcessService(folder, clock);
        await next.ListeningAsync();
        await next.PostAsync(lines.Skip(120));
        await next.UntilAsync(async () => (await next.LedgerAsync("clock_set_back")).Any(e => e.GetProperty("subject").GetString() == "clock"), "the ledger tells");
        await next.SettlesAsync(lines);
        await AssertSpansAsync(next);
        await next.StopAsync();
    }

    private static int Decisions(FaultFolder folder) => FileControlLog.ReadFolder(folder.InData("state", "control")).Count(e => e.Kind == ControlKinds.Idle);

    private static async Task AssertSpansAsync(InProcessService service)
    {
        var (_, text) = await service.GetAsync("/api/v1/ledger?limit=1000");
        using var json = System.Text.Json.JsonDocument.Parse(text);
        foreach (var entry in json.RootElement.GetProperty("ledger").EnumerateArray().Where(e => e.TryGetProperty("until", out _)))
        {
            Assert.True(Time(entry, "until") >= Time(entry, "since"), entry.GetRawText());
        }
    }

    private static DateTimeOffset Time(System.Text.Json.JsonElement entry, string name) => DateTimeOffset.Parse(entry.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
