using System.Text;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Parsing;
using SecStream.Stages.Rules;
using Xunit;

namespace SecStream.Stages.Tests.Ingest;

/// <summary>What a worker says in rows of profiles of how an event can be recognised.</summary>
public sealed class ProfileRowsTests
{
    private const string Profile = "name: host\nkey: host.name\nwindows: [5m]\nfeatures: {n: {type: count}}";

    [Fact]
    public void Process_WithoutProfiles_MakesNoRows() => Assert.Empty(Rows(withProfiles: false, Line("10:00:00", "a")));

    [Fact]
    public void Process_OrdinaryRecord_IsKnownByItsPlace()
    {
        // The very first record of a source is held until another agrees with it.
        var rows = Rows(withProfiles: true, Line("10:00:00", "a"), Line("10:00:01", "b"), Line("10:00:02", "a"));
        Assert.Equal([("a", RowMarks.Held), ("b", RowMarks.None), ("a", RowMarks.None)], rows.Select(r => (r.Key, r.Marks)));
        Assert.True(rows[1].Position < rows[2].Position);
    }

    [Fact]
    public void Process_RecordThatWasHeldBack_SaysSo()
    {
        // A jump ahead by half a day is held until the next record of the host confirms it; the other host's record is done before.
        var rows = Rows(withProfiles: true, Line("01:00:00", "a"), Line("13:00:00", "a"), Line("01:00:01", "b"), Line("13:00:01", "a"));
        Assert.Contains(("a", RowMarks.Held), rows.Select(r => (r.Key, r.Marks)));
        Assert.Equal(4, rows.Count);
    }

    [Fact]
    public void Process_RecordWithADeclaredIdentity_SaysSo()
    {
        const string json = """{"@timestamp":"2026-03-02T10:00:00Z","event":{"id":"0123456789abcdef0123456789abcdef","action":"x"},"host":{"name":"a"},"ecs":{"version":"8.11.0"}}""";
        Assert.Equal(RowMarks.Given, Assert.Single(Rows(withProfiles: true, json)).Marks);
    }

    private static string Line(string time, string host) => $"Mar  2 {time} {host} sshd[1]: Accepted password for alice from 10.0.0.1 port 22 ssh2";

    private static List<(string Key, RowMarks Marks, long Position)> Rows(bool withProfiles, params string[] lines)
    {
        var fields = new FieldCatalog();
        var rules = new RuleCompiler(fields).Compile([], [new RuleSource("profiles/p.yml", Profile)]);
        var stage = new IngestStage(IngestPlan.Compile(rules, fields, "default", withProfiles: withProfiles), new EnrichmentTimeline(EnrichmentSources.Default), TimeProvider.System);
        stage.Add(0, "test", new SourceOptions { Year = 2026 }, new SourceClockOptions());
        var batch = new RecordBatch { SourceHash = 7, Buffer = Encoding.UTF8.GetBytes(string.Join('\n', lines)), Kind = BatchKind.End };
        var output = new IngestOutput(1);
        var start = 0;
        foreach (var length in lines.Select(Encoding.UTF8.GetByteCount))
        {
            batch.Records.Add(new RecordSlice(start, length, start));
            start += length + 1;
        }

        stage.Process(batch, output);
        var found = new List<(string, RowMarks, long)>();
        for (var at = 0; at < output.LaneRows[0].Length;)
        {
            var row = new Row(output.LaneRows[0].Bytes[at..]);
            at += row.Bytes.Length;
            if (row.Header.Route >= Row.ProfileRoute && row.Header.Route != Row.SessionRoute)
            {
                found.Add((Encoding.UTF8.GetString(row.Key), row.Header.Marks, row.Header.Position));
            }
        }

        return found;
    }
}
