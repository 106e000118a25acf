using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;

namespace SecStream.Training;

/// <summary>What is trained: a profile and the days of its windows.</summary>
internal sealed record PlannedProfile(FeatureSchema Schema, DaySplit Split);

/// <summary>Which profiles are trained on which days, and which are not yet.</summary>
internal sealed record TrainingPlan(IReadOnlyList<PlannedProfile> Profiles, IReadOnlyList<ManifestSkipped> Skipped)
{
    /// <summary>A profile without windows for so many days is taken for one that is no longer computed.</summary>
    private const int AbandonedAfterDays = 7;

    /// <summary>The last day that is used, for what ever.</summary>
    public long LastDay => Profiles.Max(p => p.Split.Last);

    /// <summary>Plans.</summary>
    /// <exception cref="TrainingRefusedException">There is nothing to train; the message says what is missing, a line a profile.</exception>
    public static TrainingPlan Of(IFeatureStore store, TrainingOptions options)
    {
        var schemas = Latest(store, options);
        var days = schemas.ToDictionary(s => s.Profile, store.Days, StringComparer.Ordinal);
        var last = days.Values.Where(d => d.Count > 0).Select(d => d[^1]).DefaultIfEmpty(long.MinValue).Max();
        var (planned, skipped) = (new List<PlannedProfile>(), new List<ManifestSkipped>());
        foreach (var schema in schemas)
        {
            var stored = days[schema.Profile];
            if (stored.Count > 0 && last - stored[^1] >= AbandonedAfterDays)
            {
                skipped.Add(new ManifestSkipped(schema.Profile, $"no windows since {UtcDay.Show(stored[^1])}"));
                continue;
            }

            try
            {
                planned.Add(new PlannedProfile(schema, DaySplit.Of(stored, options.Days, schema.Profile)));
            }
            catch (TrainingRefusedException fault)
            {
                // Others may be ready; that this one is not is said in the manifest.
                skipped.Add(new ManifestSkipped(schema.Profile, fault.Message[(schema.Profile.Length + 2)..]));
            }
        }

        return planned.Count > 0
            ? new TrainingPlan(planned, skipped)
            : throw new TrainingRefusedException(string.Join('\n', skipped.Select(s => $"{s.Profile}: {s.Reason}")));
    }

    /// <summary>The schemas in force of the profiles that are wanted, by name.</summary>
    private static List<FeatureSchema> Latest(IFeatureStore store, TrainingOptions options)
    {
        var latest = new SortedDictionary<string, FeatureSchema>(StringComparer.Ordinal);
        foreach (var schema in store.Schemas())
        {
            latest[schema.Profile] = schema;
        }

        if (latest.Count == 0)
        {
            throw new TrainingRefusedException("no windows are stored: they come while serve runs; training needs 14 days of them");
        }

        foreach (var name in options.Profiles)
        {
            if (!latest.ContainsKey(name))
            {
                throw new TrainingRefusedException(
                    $"there is no profile '{name}' among what is stored; {Stages.Rules.Loading.Suggestion.OrList(name, [.. latest.Keys])}");
            }
        }

        return [.. latest.Values.Where(s => options.Profiles.Count == 0 || options.Profiles.Contains(s.Profile))];
    }
}
