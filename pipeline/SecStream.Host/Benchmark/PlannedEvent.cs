namespace SecStream.Host.Benchmark;

/// <summary>The kinds of event in the generated input; each has a shape of its own.</summary>
internal enum Shape
{
    Web,
    Api,
    Login,
    LoginFailure,
    Flow,
    Process,
    Application,
    Audit,
    Violation,
}

/// <summary>An event before it has a form.</summary>
/// <param name="Time">Event time, microseconds.</param>
/// <param name="Shape">Its kind.</param>
/// <param name="Address">Rank of the source address.</param>
/// <param name="User">Rank of the user, -1 for an administrator.</param>
/// <param name="Detail">The action, the attacking URL, the API key: what the shape needs besides.</param>
internal readonly record struct PlannedEvent(long Time, Shape Shape, int Address, int User, string Detail);
