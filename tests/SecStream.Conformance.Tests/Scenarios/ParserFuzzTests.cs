using System.Text.Json;
using SecStream.Conformance.Tests.Generation;
using SecStream.Conformance.Tests.Harness;
using SecStream.Stages.Parsing;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Malformed lines of every format through the whole pipeline: no crash, no hang, and every one of them accounted for.</summary>
public sealed class ParserFuzzTests
{
    private const int Chunk = 10_000;

    private static readonly string[] s_good =
    [
        "Mar 10 10:00:00 web1 sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 22 ssh2",
        "Mar 10 10:00:01 web1 sshd[4711]: message repeated 3 times: [ Failed password for root from 203.0.113.9 port 22 ssh2]",
        "Mar 10 10:00:01 web1 last message repeated 7 times",
        "Mar 10 10:00:02 web1 sshd[12]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
        "Mar 10 10:00:02 web1 sudo:   bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/cat /etc/shadow",
        "<165>1 2026-03-10T10:00:00.003Z web1 app 8710 ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"App\\\"lication\"] an event",
        "2026-03-10T10:00:00.123456+01:00 web1 sshd[99]: Accepted publickey for alice from 2001:db8::7 port 4022 ssh2",
        "203.0.113.7 - alice [10/Mar/2026:10:05:03 +0000] \"GET /x?a=%27%20or%201=1 HTTP/1.1\" 200 123 \"https://e.example/\" \"sqlmap/1.5\"",
        "{\"@timestamp\":\"2026-03-10T10:00:00Z\",\"event\":{\"action\":\"login_failed\",\"category\":[\"authentication\"]},\"source\":{\"ip\":\"203.0.113.7\"},\"user\":{\"name\":\"\\u00e4lice\"}}",
        "{\"@timestamp\":\"2026-03-10T10:00:01Z\",\"agent\":{\"type\":\"filebeat\",\"id\":\"a1\"},\"log\":{\"file\":{\"path\":\"/var/log/auth.log\",\"inode\":\"5\"},\"offset\":77},\"message\":\"Mar 10 10:00:00 web1 sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\"}",
        "{\"timestamp\":\"2026-03-10T12:00:00.250Z\",\"level\":\"High\",\"category\":\"data_access\",\"event\":\"bulk_data_access\",\"userId\":\"trader-7\",\"metadata\":{\"ip\":\"::ffff:203.0.113.7\",\"recordsReturned\":12500,\"apiKey\":\"key-1\",\"sensitive\":true},\"riskScore\":0.75}",
        "{\"timestamp\":1773136800500,\"eventType\":\"login_failed\",\"ip\":\"203.0.113.7\",\"severity\":\"critical\",\"details\":{\"a\":[1,2,{\"b\":null}]}}",
    ];

    public static TheoryData<string> Formats => [.. SourceFormats.All];

    private static int Count => Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? 1_000_000 : 50_000;

    [Theory]
    [MemberData(nameof(Formats))]
    public void MalformedLines_AreAllAccountedFor(string format)
    {
        var fuzzer = new LineFuzzer(17, s_good);
        var options = new SourceOptions { Format = format, Year = 2026 };
        for (var done = 0; done < Count; done += Chunk)
        {
            var lines = Enumerable.Range(0, Chunk).Select(_ => fuzzer.Next()).ToArray();
            var blank = lines.Count(l => l.AsSpan().TrimEnd("\r\n"u8) is var line && (line.StartsWith("\uFEFF"u8) ? line[3..] : line).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0);
            var result = PipelineRun.Run(Scenario.Pack, [new Partition("fuzz", lines, options)], keepEvents: true);
            var events = result.Events.Events.Select(Parse).Count(e => e.TryGetProperty("@timestamp", out _));
            var dead = result.Events.DeadLetters.Select(Parse).ToList();
            Assert.Equal(result.DeadLetters, dead.Count);
            Assert.Equal(lines.Length, events + dead.Count + blank);
            Assert.Empty(result.Breaches);
            var raw = lines.Select(Convert.ToBase64String).ToHashSet(StringComparer.Ordinal);
            Assert.All(dead, letter => Assert.Contains(letter.GetProperty("bytes").GetString()!, raw));
        }
    }

    private static JsonElement Parse(string document)
    {
        using var json = JsonDocument.Parse(document);
        return json.RootElement.Clone();
    }
}
