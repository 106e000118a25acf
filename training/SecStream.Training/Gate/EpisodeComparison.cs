using SecStream.Core.Alerts;
using SecStream.Training.Exclusions;

namespace SecStream.Training.Gate;

/// <summary>Compares what two models find, key by key.</summary>
internal sealed class EpisodeComparison
{
    private readonly Dictionary<EntityName, List<EntityAlert>> _confirmed = [];

    /// <param name="alerts">Alerts, of which those count that a model has raised and an analyst has called true.</param>
    public EpisodeComparison(IEnumerable<EntityAlert> alerts)
    {
        foreach (var alert in alerts.Where(alert => alert is { IsOfModel: true, Verdict: AlertVerdict.True }))
        {
            foreach (var name in alert.Names)
            {
                if (!_confirmed.TryGetValue(name, out var known))
                {
                    _confirmed.Add(name, known = []);
                }

                known.Add(alert);
            }
        }
    }

    /// <summary>Episodes that <paramref name="one"/> has and <paramref name="other"/> has not, or less severe.</summary>
    /// <param name="one">Findings.</param>
    /// <param name="other">Findings.</param>
    /// <param name="confirmed">Takes ids of confirmed alerts, each once.</param>
    public EpisodeChanges Missing(ModelFindings one, ModelFindings other, ISet<string> confirmed)
    {
        var counts = new long[Enum.GetValues<Severity>().Length];
        var listed = new List<EpisodeChange>();
        foreach (var key in one.Keys)
        {
            var others = other.EpisodesOf(key);
            foreach (var episode in one.EpisodesOf(key))
            {
                var instead = Highest(others.Where(episode.Meets));
                if (instead >= episode.Severity)
                {
                    continue;
                }

                counts[(int)episode.Severity]++;
                var alert = ConfirmedOf(episode);
                if (alert is not null)
                {
                    confirmed.Add(alert);
                }

                listed.Add(new EpisodeChange(episode, instead, alert));
            }
        }

        var ordered = listed
            .OrderByDescending(c => c.ConfirmedAlert is not null).ThenByDescending(c => c.Episode.Severity)
            .ThenBy(c => c.Episode.Start).ThenBy(c => c.Episode.Profile, StringComparer.Ordinal).ThenBy(c => c.Episode.KeyText, StringComparer.Ordinal);
        return new EpisodeChanges(counts, [.. ordered.Take(GateReport.MaxListed)]);
    }

    private static Severity? Highest(IEnumerable<AnomalyEpisode> episodes)
    {
        Severity? highest = null;
        foreach (var episode in episodes)
        {
            highest = highest is null || episode.Severity > highest ? episode.Severity : highest;
        }

        return highest;
    }

    private string? ConfirmedOf(AnomalyEpisode episode) => episode.Key
        .SelectMany(k => _confirmed.TryGetValue(new EntityName(k.Field, k.Value), out var alerts) ? alerts : [])
        .Where(alert => alert.Start <= episode.End + AnomalyEpisode.Gap && alert.End >= episode.Start - AnomalyEpisode.Gap)
        .Select(alert => alert.Id)
        .Order(StringComparer.Ordinal)
        .FirstOrDefault();
}
