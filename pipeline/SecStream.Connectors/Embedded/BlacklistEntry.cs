namespace SecStream.Connectors.Embedded;

/// <summary>An address or network that is refused.</summary>
/// <param name="Value">Canonical address, or network in CIDR form.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="By">Who put it there.</param>
/// <param name="At">When, microseconds since 1970 UTC.</param>
/// <param name="Expires">From when on it no longer counts, microseconds since 1970 UTC; null for never.</param>
public sealed record BlacklistEntry(string Value, string Reason, string By, long At, long? Expires);
