using System.Globalization;
using System.Text;
using SecStream.Core.Events;

namespace SecStream.Stages.Enrichment.Intel;

/// <summary>
/// Reads a list: one address, network (CIDR), domain or hash per line, optionally with columns <c>value,reason,expires</c> (a heading line is
/// allowed, fields may be in double quotes, expiry is ISO 8601, UTC when it names no zone). Empty lines and what follows <c>#</c> at the start
/// of a line or after a blank are left out.
/// </summary>
public static class IntelListParser
{
    private const int MaxIssues = 50;

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss",
    ];

    /// <summary>Reads a list.</summary>
    /// <param name="fileName">Name of the file; faults cite it, and without folder and extension it names the list.</param>
    /// <param name="role">What the list is for.</param>
    /// <param name="content">The file's bytes.</param>
    /// <exception cref="EnrichmentFileException">Lines can't be read; all of them are named (at most 50).</exception>
    public static IntelList Parse(string fileName, IntelRole role, ReadOnlySpan<byte> content)
    {
        var entries = new List<IntelEntry>();
        var issues = new List<FileIssue>();
        var line = 0;
        foreach (var text in Encoding.UTF8.GetString(content).EnumerateLines())
        {
            line++;
            var stripped = StripComment(text).Trim().TrimStart('\uFEFF');
            if (stripped.IsEmpty || issues.Count >= MaxIssues)
            {
                continue;
            }

            var columns = CsvLine.Split(stripped);
            if (columns is not null && columns[0].Equals("value", StringComparison.OrdinalIgnoreCase) && entries.Count == 0)
            {
                continue;
            }

            if (ParseLine(fileName, line, columns, out var issue) is { } entry)
            {
                entries.Add(entry);
            }
            else
            {
                issues.Add(issue!);
            }
        }

        return issues.Count > 0
            ? throw new EnrichmentFileException(issues)
            : new IntelList(Path.GetFileNameWithoutExtension(fileName), role, ContentHash.Of(content), entries);
    }

    private static ReadOnlySpan<char> StripComment(ReadOnlySpan<char> line)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            quoted ^= line[i] == '"';
            if (!quoted && line[i] == '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
            {
                return line[..i];
            }
        }

        return line;
    }

    private static IntelEntry? ParseLine(string file, int line, List<string>? columns, out FileIssue? issue)
    {
        issue = null;
        if (columns is null || columns.Count > 3)
        {
            issue = new FileIssue(file, line, "", columns is null ? "a quote is not closed" : $"{columns.Count} columns", "write value,reason,expires and put texts with commas in double quotes");
            return null;
        }

        var expires = long.MaxValue;
        if (columns.Count == 3 && columns[2].Length > 0 && !TryParseTime(columns[2], out expires))
        {
            issue = new FileIssue(file, line, "expires", $"'{columns[2]}' is no time", "write it like 2026-07-01 or 2026-07-01T12:00:00Z");
            return null;
        }

        var reason = columns.Count > 1 ? columns[1] : "";
        var entry = ParseValue(columns[0], reason, expires, line, out var problem, out var mend);
        issue = entry is null ? new FileIssue(file, line, "value", $"'{columns[0]}' {problem}", mend) : null;
        return entry;
    }

    private static bool TryParseTime(string text, out long time)
    {
        var parsed = DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
        time = parsed ? EventClock.ToMicroseconds(instant) : 0;
        return parsed;
    }

    private static IntelEntry? ParseValue(string value, string reason, long expires, int line, out string problem, out string mend)
    {
        problem = "is no address, network, domain or hash";
        mend = "write for example 203.0.113.7, 203.0.113.0/24, 2001:db8::/32 or bad.example";
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? value : value[..slash];
        if (IpParser.TryParse(Encoding.UTF8.GetBytes(addressText), out var address))
        {
            var isFour = addressText.Contains('.', StringComparison.Ordinal) && !addressText.Contains(':', StringComparison.Ordinal);
            return ParseNetwork(value, slash, address, isFour, reason, expires, line, ref problem, ref mend);
        }

        if (slash >= 0)
        {
            return null;
        }

        var lower = value.ToLowerInvariant();
        if (lower.Length is 32 or 40 or 64 && lower.All(char.IsAsciiHexDigit))
        {
            return new IntelEntry(IntelKind.Hash, lower, 0, 0, reason, expires, line);
        }

        return IsDomain(lower) ? new IntelEntry(IntelKind.Domain, lower.TrimEnd('.'), 0, 0, reason, expires, line) : null;
    }

    private static IntelEntry? ParseNetwork(
        string value, int slash, UInt128 address, bool isFour, string reason, long expires, int line, ref string problem, ref string mend)
    {
        var bits = isFour ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(value.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            problem = "has no valid prefix length";
            mend = $"write a number from 0 to {bits} behind the slash";
            return null;
        }

        var length = prefix + 128 - bits;
        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);
        var first = address & mask;
        Span<byte> text = stackalloc byte[IpParser.MaxTextLength];
        var canonical = Encoding.ASCII.GetString(text[..IpParser.Format(first, text)]);
        if (first != address)
        {
            problem = $"has address bits behind its prefix of {prefix}";
            mend = $"write {canonical}/{prefix}, or {value[..slash]} alone for the one address";
            return null;
        }

        var isMapped = !isFour && length >= 96 && IpParser.IsIPv4(first);
        var shown = length == 128 ? canonical : $"{canonical}/{(isMapped ? length - 96 : prefix)}";
        return new IntelEntry(IntelKind.Network, shown, first, length, reason, expires, line);
    }

    private static bool IsDomain(string text)
    {
        var labels = text.TrimEnd('.').Split('.');
        return text.Length <= 253 && labels.Length >= 2 && !labels[^1].All(char.IsAsciiDigit)
            && labels.All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || c > 127));
    }
}
