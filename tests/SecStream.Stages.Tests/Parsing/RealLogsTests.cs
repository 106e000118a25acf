using Xunit;
using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit.Abstractions;

namespace SecStream.Stages.Tests.Parsing;

/// <summary>Known totals of public logs. The data is not part of the repository: without it the tests say so and pass.</summary>
public sealed class RealLogsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("logs/loghub/OpenSSH/OpenSSH_2k.log", 532, 0)]
    [InlineData("logs/auth/gtkcyber_auth.log", 1489, 1)]
    [InlineData("logs/auth/loghub_Linux_full.log", 3998, 0)]
    public void AuthLog_AttemptsCountedPerSession_KnownTotal(string path, int attempts, int dead)
    {
        if (!TryOpen(path, out var lines))
        {
            return;
        }

        var scan = new Rfc3164YearScan();
        foreach (var line in lines)
        {
            scan.Add(line);
        }

        var harness = new ParsingHarness(new SourceOptions { FirstYear = scan.FirstYear(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) });
        var sessions = new Dictionary<string, int[]>();
        int total = 0, bad = 0;
        foreach (var line in lines)
        {
            bad += harness.Parse(line).Outcome == ParseOutcome.Dead ? 1 : 0;
            total += Count(harness, sessions);
        }

        Assert.Equal("syslog", harness.Parser.Format);
        Assert.Equal(dead, bad);
        Assert.Equal(attempts, total);
    }

    [Fact]
    public void ApacheLog_OneUnterminatedAgent_OneDeadLetter()
    {
        if (!TryOpen("logs/web/elastic_apache_access.log", out var lines))
        {
            return;
        }

        var harness = new ParsingHarness();
        var actions = new Dictionary<string, int>();
        var dead = new List<int>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (harness.Parse(lines[i]).Outcome == ParseOutcome.Dead)
            {
                dead.Add(i + 1);
                continue;
            }

            actions[harness["event.action"]!] = actions.GetValueOrDefault(harness["event.action"]!) + 1;
            if (harness["event.action"] is not ("http_request" or "access_denied"))
            {
                output.WriteLine($"{harness["event.action"]}: {harness["url.original"]} {harness["user_agent.original"]}");
            }
        }

        output.WriteLine(string.Join(", ", actions));
        Assert.Equal([8899], dead);
        Assert.Equal(9999, actions.Values.Sum());
        // Ordinary traffic: what is accused stays rare.
        Assert.True(actions.Where(a => a.Key is not ("http_request" or "access_denied")).Sum(a => a.Value) < 20);
    }

    [Theory]
    [InlineData("logs/web/ocatak_netsparker.txt", 0.15)]
    [InlineData("logs/web/ocatak_w3af.txt", 0.9)]
    public void ScannerLog_WrappedLines_AreEventsAndAccused(string path, double share)
    {
        if (!TryOpen(path, out var lines))
        {
            return;
        }

        var harness = new ParsingHarness();
        int dead = 0, accused = 0;
        var actions = new Dictionary<string, int>();
        foreach (var line in lines)
        {
            var result = harness.Parse(line);
            if (result.Outcome == ParseOutcome.Dead)
            {
                dead++;
                output.WriteLine(System.Text.Encoding.Latin1.GetString(line));
                continue;
            }

            var action = result.Outcome == ParseOutcome.Skip ? "blank" : harness["event.action"]!;
            actions[action] = actions.GetValueOrDefault(action) + 1;
            accused += action.EndsWith("_attempt") || action.StartsWith("suspicious") || action.StartsWith("file_") ? 1 : 0;
        }

        output.WriteLine($"{lines.Count} lines, {dead} dead, {string.Join(", ", actions)}");
        Assert.True(dead <= 5, $"{dead} dead letters");
        Assert.True(accused >= share * lines.Count, $"{accused} accused");
    }

    private static int Count(ParsingHarness harness, Dictionary<string, int[]> sessions)
    {
        if (harness.Record.LoginLine == LoginLine.None)
        {
            return 0;
        }

        var key = $"{harness["host.name"]}|{harness["process.pid"]}";
        var state = sessions.TryGetValue(key, out var known) ? known : sessions[key] = new int[4];
        var kind = (int)harness.Record.LoginLine;
        state[kind] += harness.Record.Count;
        var counted = Math.Max(0, state[kind] - state[0]);
        state[0] += counted;
        return counted;
    }

    private bool TryOpen(string path, out List<byte[]> lines)
    {
        lines = [];
        var file = DataFolder.Find(path);
        if (file is null)
        {
            output.WriteLine($"NOT RUN: {path} is absent (set SECSTREAM_DATA to the folder that holds 'logs').");
            return false;
        }

        var bytes = File.ReadAllBytes(file);
        for (var at = 0; at < bytes.Length;)
        {
            var length = bytes.AsSpan(at).IndexOf((byte)'\n');
            length = length < 0 ? bytes.Length - at : length;
            lines.Add(bytes[at..(at + length)]);
            at += length + 1;
        }

        return true;
    }
}
