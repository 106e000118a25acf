using SecStream.Core.Alerts;

namespace SecStream.Connectors.Embedded;

/// <summary>How many alerts or incidents of a severity are in a state.</summary>
/// <param name="IsIncident">Incidents; false: alerts.</param>
/// <param name="Severity">Severity in lower case.</param>
/// <param name="State"><c>open</c> or <c>acknowledged</c>.</param>
/// <param name="Count">How many.</param>
public sealed record OpenCount(bool IsIncident, string Severity, string State, long Count);

/// <summary>
/// What nobody has closed, counted again when it is asked for and old enough: ten seconds, or a hundred times what the counting took, so that counting never
/// takes more than a hundredth of a processor however many there are. Thread-safe.
/// </summary>
/// <param name="count">Counts.</param>
/// <param name="time">Clock.</param>
public sealed class OpenAlerts(Func<IReadOnlyList<OpenCount>> count, TimeProvider time)
{
    private static readonly TimeSpan s_age = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private IReadOnlyList<OpenCount> _counts = [];
    private long _at;
    private TimeSpan _keep = TimeSpan.Zero;

    /// <summary>The counts; of every severity and state one.</summary>
    public IReadOnlyList<OpenCount> Counts
    {
        get
        {
            lock (_lock)
            {
                if (_keep > TimeSpan.Zero && time.GetElapsedTime(_at) < _keep)
                {
                    return _counts;
                }

                var began = time.GetTimestamp();
                try
                {
                    _counts = count();
                }
                catch (Exception fault) when (fault is IOException or InvalidDataException)
                {
                    // The file is held by others, or is being made anew: health and log say so. Figures are left out meanwhile.
                    _counts = [];
                }

                (_at, _keep) = (time.GetTimestamp(), Longer(s_age, time.GetElapsedTime(began) * 100));
                return _counts;
            }
        }
    }

    /// <summary>Every severity and state, those that are not in the figures with 0: a gauge that vanishes is no 0.</summary>
    internal static IReadOnlyList<OpenCount> All(IReadOnlyDictionary<(bool, int, string), long> found) =>
    [
        .. from isIncident in (bool[])[false, true]
           from severity in Enum.GetValues<Severity>()
           from state in (string[])[AlertStates.Open, AlertStates.Acknowledged]
           select new OpenCount(isIncident, severity.ToString().ToLowerInvariant(), state, found.GetValueOrDefault((isIncident, (int)severity, state))),
    ];

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
