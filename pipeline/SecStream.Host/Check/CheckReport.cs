namespace SecStream.Host.Check;

/// <summary>A thing besides the sources that was looked at.</summary>
/// <param name="Name">Rules, GeoIP, a list, a folder.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Version">Content hash; null where there is none.</param>
/// <param name="Problem">Why it can't be used, with the mend; null when it can.</param>
internal sealed record CheckedPart(string Name, string Detail, string? Version, string? Problem);

/// <summary>What <c>check</c> found.</summary>
/// <param name="Usable">Nothing is in the way of a run.</param>
/// <param name="Parts">Rules, knowledge and folders.</param>
/// <param name="Sources">The sources.</param>
internal sealed record CheckReport(bool Usable, IReadOnlyList<CheckedPart> Parts, IReadOnlyList<SourceReport> Sources);
