using SecStream.Core.Checks;

namespace SecStream.Host.Check;

/// <summary>A thing besides the sources that was looked at.</summary>
/// <param name="Name">Rules, GeoIP, a list, a folder.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Version">Content hash; null where there is none.</param>
/// <param name="Problem">Why it can't be used, with the mend; null when it can.</param>
internal sealed record CheckedPart(string Name, string Detail, string? Version, string? Problem);

/// <summary>A thing that a server must allow or have, tried.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Result"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Mend">What puts it right; null when nothing is to be done.</param>
internal sealed record CheckedServer(string Name, string Result, string Detail, string? Mend)
{
    /// <summary>What came of a check.</summary>
    public static CheckedServer Of(PartCheck check) => new(check.Name, check.Result.ToString().ToLowerInvariant(), check.Detail, check.Mend);
}

/// <summary>What <c>check</c> found.</summary>
/// <param name="Usable">Nothing is in the way of a run.</param>
/// <param name="Parts">Rules, knowledge and folders.</param>
/// <param name="Servers">Kafka, Elasticsearch, Kibana and Redis, as far as they are configured.</param>
/// <param name="Sources">The sources.</param>
internal sealed record CheckReport(bool Usable, IReadOnlyList<CheckedPart> Parts, IReadOnlyList<CheckedServer> Servers, IReadOnlyList<SourceReport> Sources);
