using System.Text.Json;
using SecStream.Host.Generate;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Generate;

public sealed class TrafficTests
{
    private static readonly TrafficOptions s_options = new() { From = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), Days = 2, Users = 24, Keys = 8, Visitors = 10 };

    [Fact]
    public void Write_SameOptions_SameBytes()
    {
        var (text, events, attacks) = Write(s_options with { HasAttacks = true });
        var again = Write(s_options with { HasAttacks = true });
        Assert.Equal(text, again.Text);
        Assert.Equal(attacks, again.Attacks);
        Assert.Equal(events, text.AsSpan().Count('\n'));
        Assert.NotEqual(text, Write(s_options with { HasAttacks = true, Seed = 2 }).Text);
    }

    [Fact]
    public void Write_Events_AreJsonInOrderOfTimeWithinTheirDays()
    {
        var (text, _, _) = Write(s_options with { HasAttacks = true });
        var last = s_options.From;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var time = json.RootElement.GetProperty("@timestamp").GetDateTimeOffset();
            Assert.InRange(time, last, s_options.From.AddDays(s_options.Days));
            last = time;
        }
    }

    [Fact]
    public void Write_Attacks_AreListedOnTheLastDayWithWhatTheyAdd()
    {
        var ordinary = Write(s_options);
        Assert.Empty(ordinary.Attacks);
        var (text, events, attacks) = Write(s_options with { HasAttacks = true });
        Assert.Equal(
            ["data_volume", "error_burst", "new_country_and_device", "odd_sequence", "off_hours_login", "rate_x5", "slow_scan"],
            attacks.Select(a => a.Name).Order(StringComparer.Ordinal));
        Assert.Equal(attacks.Count, attacks.Select(a => a.Entity).Distinct().Count());
        Assert.Equal(attacks.Sum(a => a.Events), events - ordinary.Events);
        Assert.All(attacks, attack =>
        {
            Assert.InRange(attack.From, s_options.From.AddDays(1), s_options.From.AddDays(2));
            Assert.InRange(attack.Until, attack.From, s_options.From.AddDays(2));
            Assert.Contains($"\"{attack.Entity}\"", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Generate_Gzip_SaysWhatIsInIt()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "generate", "--days", "1", "--users", "24", "--keys", "8", "--attacks", "--out", "day.ndjson.gz", "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        using var said = JsonDocument.Parse(result.Output);
        using var file = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(folder.File("day.ndjson.gz")), System.IO.Compression.CompressionMode.Decompress));
        Assert.Equal(said.RootElement.GetProperty("events").GetInt32(), (await file.ReadToEndAsync()).AsSpan().Count('\n'));
        Assert.Equal(7, said.RootElement.GetProperty("attacks").GetArrayLength());
    }

    [Theory]
    [InlineData("--days", "0")]
    [InlineData("--users", "23")]
    [InlineData("--keys", "7")]
    [InlineData("--from", "soon")]
    [InlineData("--out", "nowhere/day.ndjson")]
    public async Task Generate_ThatCantBeDone_SaysWhy(string option, string value)
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, ["generate", option, value, .. option == "--out" ? Array.Empty<string>() : ["--out", "day.ndjson"]]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private static (string Text, long Events, IReadOnlyList<TrafficAttack> Attacks) Write(TrafficOptions options)
    {
        using var output = new StringWriter();
        var (events, attacks) = Traffic.Write(options, output, null, CancellationToken.None);
        return (output.ToString(), events, attacks);
    }
}
