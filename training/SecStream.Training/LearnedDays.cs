using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;

namespace SecStream.Training;

/// <summary>
/// The windows of a class that may be learned from. Days that evaluate are asked another question, how many false alerts there are: there only what is an attack for
/// another reason than a model is left out, else a model would excuse itself. Counts what it leaves out, each window once. Not thread-safe.
/// </summary>
internal sealed class LearnedDays(IFeatureStore store, FeatureSchema schema, long window, DaySplit split, IExclusions excluded, IExclusions explained) : IFeatureDays
{
    private readonly HashSet<long> _counted = [];
    private readonly long[] _leftOut = new long[Enum.GetValues<ExclusionReason>().Length];

    /// <summary>Windows left out of the days that fit or calibrate, by <see cref="ExclusionReason"/>.</summary>
    public IReadOnlyList<long> LeftOut => _leftOut;

    /// <inheritdoc/>
    public IEnumerable<FeatureVector> Read(long day)
    {
        var evaluates = split.Evaluate.Contains(day);
        var exclusions = evaluates ? explained : excluded;
        var leftOut = new long[_leftOut.Length];
        foreach (var vector in store.Read(schema, window, day))
        {
            if (exclusions.Excludes(schema, vector.Key, day) is { } reason)
            {
                leftOut[(int)reason]++;
            }
            else
            {
                yield return vector;
            }
        }

        // A day is read several times, and counted when it was read to its end.
        if (!evaluates && _counted.Add(day))
        {
            for (var reason = 0; reason < leftOut.Length; reason++)
            {
                _leftOut[reason] += leftOut[reason];
            }
        }
    }
}
