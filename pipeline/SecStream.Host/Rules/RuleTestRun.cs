using SecStream.Host.Derivation;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules.Testing;

namespace SecStream.Host.Rules;

/// <summary>Runs rule tests through the production pipeline, each case by itself, with all rules of the folder loaded and no files of enrichment.</summary>
internal sealed class RuleTestRun(RuleFolder folder, TimeProvider time)
{
    private readonly PipelineOptions _options = new();
    private readonly Knowledge _knowledge = new(
        IngestPlan.Compile(folder.Rules, folder.Fields, new PipelineOptions().Tenant), EnrichmentSources.Default);

    /// <summary>Runs the cases in order.</summary>
    public async IAsyncEnumerable<RuleTestResult> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var byCode = folder.Rules.Rules.ToDictionary(r => r.Code, StringComparer.Ordinal);
        foreach (var file in folder.Tests)
        {
            foreach (var test in file.Cases)
            {
                if (!byCode.TryGetValue(file.Rule, out var rule))
                {
                    yield return new RuleTestResult(file, test, [$"there is no rule {file.Rule}; mend the key 'rule', or the rule file"]);
                    continue;
                }

                var source = new MemorySource(file.Path, test.Events.Where(e => e.Anomaly is null).Select(e => e.ToJson()));
                var anomalies = new StatedAnomalies(_knowledge.Plan, test.Events);
                var alerts = await InMemoryRun.RunAsync(_options, _knowledge, source, time, cancellation, anomalies.Give).ConfigureAwait(false);
                yield return new RuleTestResult(file, test, RuleTestRunner.Compare(test, rule, [.. alerts.Values]));
            }
        }
    }
}
