namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>Waits between attempts: each twice as long as the one before, with a random part so that many senders don't come back at once. Thread-safe.</summary>
/// <param name="first">The first, at most.</param>
/// <param name="longest">The longest, unless the cluster asks for more.</param>
/// <param name="seed">Of the random parts.</param>
internal sealed class SendDelays(TimeSpan first, TimeSpan longest, int seed)
{
    private static readonly TimeSpan s_mostAsked = TimeSpan.FromMinutes(5);
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    /// <summary>How long to wait.</summary>
    /// <param name="attempt">Attempts that failed before, from 0.</param>
    /// <param name="asked"><c>Retry-After</c>; null: none. No less than this.</param>
    public TimeSpan Of(int attempt, TimeSpan? asked)
    {
        double share;
        lock (_lock)
        {
            share = 0.5 + (_random.NextDouble() / 2);
        }

        var wait = first * Math.Pow(2, Math.Min(attempt, 20));
        wait = (wait < longest ? wait : longest) * share;
        return asked is { } least && least > wait ? (least < s_mostAsked ? least : s_mostAsked) + (wait / 4) : wait;
    }
}
