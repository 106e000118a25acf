namespace SecStream.Core.Checks;

/// <summary>What became of a step.</summary>
public enum BootstrapOutcome : byte
{
    /// <summary>It was there as it should be.</summary>
    Unchanged = 0,

    /// <summary>It was not there and is now.</summary>
    Created = 1,

    /// <summary>It was there in another form of ours and is as it should be now.</summary>
    Updated = 2,

    /// <summary>It was not done; the detail says why, the mend what to do.</summary>
    Refused = 3,

    /// <summary>It is there in a form that people gave it, and was left; the detail says so, the mend how to replace it all the same.</summary>
    Kept = 4,
}

/// <summary>One thing that was looked at, and perhaps installed. In a dry run: what would become of it.</summary>
/// <param name="Kind">What it is, for people: <c>lifecycle policy</c>, <c>index template</c> …</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">Why, in a sentence; may be empty.</param>
/// <param name="Mend">What puts a refusal right; null when nothing is to be done.</param>
public sealed record BootstrapStep(string Kind, string Name, BootstrapOutcome Outcome, string Detail = "", string? Mend = null);
