namespace SecStream.Host.Generate;

/// <summary>What traffic to make up.</summary>
internal sealed record TrafficOptions
{
    /// <summary>First day, midnight UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Days.</summary>
    public int Days { get; init; } = 28;

    /// <summary>The same seed gives the same people, keys and habits; days differ by their date.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>People who log in and work.</summary>
    public int Users { get; init; } = 600;

    /// <summary>API keys of programs.</summary>
    public int Keys { get; init; } = 40;

    /// <summary>Visitors' addresses.</summary>
    public int Visitors { get; init; } = 120;

    /// <summary>Whether the last day has the attacks of <see cref="TrafficAttacks"/>.</summary>
    public bool HasAttacks { get; init; }
}

/// <summary>An attack in the traffic: what there is to be found.</summary>
/// <param name="Name">Name: <c>rate_x5</c>.</param>
/// <param name="Entity">The key it is on: a user, an API key, an address, a service.</param>
/// <param name="From">Its first event.</param>
/// <param name="Until">Its last event.</param>
/// <param name="Events">Events that would not be there without it.</param>
internal sealed record TrafficAttack(string Name, string Entity, DateTimeOffset From, DateTimeOffset Until, int Events);
