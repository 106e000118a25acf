using Xunit;
using SecStream.Stages.Parsing.Signatures;
using Xunit.Abstractions;

namespace SecStream.Stages.Tests.Parsing;

/// <summary>Recall and false positives of the request signatures on labelled parameters. Without the data the test says so and passes.</summary>
public sealed class SignatureDataTests(ITestOutputHelper output)
{
    [Fact]
    public void HttpParams_Labelled_FewFalsePositivesGoodRecall()
    {
        var file = DataFolder.Find("logs/http_params/payload_full.csv");
        if (file is null)
        {
            output.WriteLine("NOT RUN: logs/http_params is absent (set SECSTREAM_DATA to the folder that holds 'logs').");
            return;
        }

        var signatures = new RequestSignatures();
        var table = new Dictionary<(string Label, string Verdict), int>();
        var missed = new List<string>();
        foreach (var (payload, label) in Rows(File.ReadAllText(file, System.Text.Encoding.Latin1)).Skip(1))
        {
            // The column is decoded already; a query would carry its percent signs encoded.
            var bytes = System.Text.Encoding.Latin1.GetBytes("/search?q=" + payload.Replace("%", "%25").Replace("+", "%2B"));
            var verdict = System.Text.Encoding.ASCII.GetString(signatures.Classify(bytes));
            verdict = verdict.Length == 0 ? "-" : verdict;
            table[(label, verdict)] = table.GetValueOrDefault((label, verdict)) + 1;
            if ((label == "norm") != (verdict == "-"))
            {
                missed.Add($"{label}: {payload}");
            }
        }

        foreach (var row in table.OrderBy(r => r.Key))
        {
            output.WriteLine($"{row.Key.Label,-15} {row.Key.Verdict,-30} {row.Value}");
        }

        foreach (var line in missed.OrderBy(_ => _, StringComparer.Ordinal).Where((_, i) => i % Math.Max(1, missed.Count / 150) == 0))
        {
            output.WriteLine(line.Length > 160 ? line[..160] : line);
        }

        Assert.True(Share(table, "norm") < 0.002);
        Assert.True(Share(table, "sqli") > 0.9);
        Assert.True(Share(table, "xss") > 0.9);
        Assert.True(Share(table, "path-traversal") > 0.6);
        Assert.True(Share(table, "cmdi") > 0.6);
    }

    private static double Share(Dictionary<(string Label, string Verdict), int> table, string label) =>
        1 - (table.GetValueOrDefault((label, "-")) / (double)table.Where(r => r.Key.Label == label).Sum(r => r.Value));

    /// <summary>A CSV of quoted fields, some with line ends and doubled quotes inside.</summary>
    private static IEnumerable<(string Payload, string Label)> Rows(string text)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                if (quoted && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append(text[i++]);
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (!quoted && text[i] is ',' or '\n' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
                if (text[i] == '\n')
                {
                    yield return (fields[0], fields.Count > 2 ? fields[2] : "");
                    fields.Clear();
                }
            }
            else if (quoted || text[i] != '\r')
            {
                field.Append(text[i]);
            }
        }
    }
}
