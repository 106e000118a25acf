using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SecStream.Host.Ledger;

/// <summary>A span of time in which something could not be seen. Spans of one (kind, subject) never overlap. Immutable.</summary>
/// <param name="Id">32 hex digits that follow from kind, subject and since.</param>
/// <param name="Kind">One of <see cref="BlindSpotKinds"/>.</param>
/// <param name="Subject">The source, rule, file or sink.</param>
/// <param name="Detail">A sentence for people, as it was said last.</param>
/// <param name="Since">When it began, to the microsecond, UTC.</param>
/// <param name="Until">When it ended, not before <paramref name="Since"/>; null: it goes on.</param>
/// <param name="Count">How many events, keys, datagrams; 0 where counting makes no sense.</param>
/// <param name="Cleared">Why it ended; null: it goes on.</param>
public sealed record LedgerEntry(
    string Id, string Kind, string Subject, string Detail, DateTimeOffset Since, DateTimeOffset? Until, long Count, string? Cleared)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>It goes on.</summary>
    public bool IsOpen => Until is null;

    /// <summary>The id of a span.</summary>
    public static string MakeId(string kind, string subject, DateTimeOffset since) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\0{subject}\0{FormatTime(since)}")).AsSpan(0, 16));

    /// <summary>An instant as the ledger writes it.</summary>
    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="FormatTime"/> writes.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>An instant cut to the microsecond and set to UTC, so that what is written reads back the same.</summary>
    internal static DateTimeOffset Cut(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
