using System.Globalization;
using Microsoft.AspNetCore.Http;
using SecStream.Core.Alerts;
using SecStream.Host.Alerts;

namespace SecStream.Host.Api;

/// <summary>A parameter that cannot be.</summary>
/// <param name="reason">Its name, what is wrong, and the mend.</param>
internal sealed class QueryException(string reason) : Exception(reason);

/// <summary>Reads the parameters of a query; unknown ones are errors, for a misspelt filter would show too much.</summary>
internal sealed class QueryReader(IQueryCollection query, TimeProvider time)
{
    private const int MaxLength = 512;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A text, or null.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        var values = query[name];
        if (values.Count > 1)
        {
            throw new QueryException($"{name}: give it once, several values with commas");
        }

        var text = values.ToString();
        return text.Length > MaxLength ? throw new QueryException($"{name}: longer than {MaxLength} characters") : text.Length == 0 ? null : text;
    }

    /// <summary>Texts with commas between them.</summary>
    public IReadOnlyList<string> List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A time: an instant, a date, or how long ago.</summary>
    public long? Time(string name)
    {
        try
        {
            return AlertFilter.ReadTime(name, Text(name), time.GetUtcNow());
        }
        catch (ConfigurationException fault)
        {
            throw new QueryException(fault.Message);
        }
    }

    /// <summary>A number within bounds.</summary>
    public int Number(string name, int otherwise, int least, int most) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new QueryException($"{name}={text}: use a number from {least} to {most}");

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool otherwise) => Text(name) switch
    {
        null => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        var text => throw new QueryException($"{name}={text}: use true or false"),
    };

    /// <summary>Severities.</summary>
    public IReadOnlyCollection<Severity> Severities(string name)
    {
        var found = new HashSet<Severity>();
        foreach (var text in List(name))
        {
            found.Add(Enum.TryParse<Severity>(text, ignoreCase: true, out var severity) && char.IsAsciiLetter(text[0])
                ? severity
                : throw new QueryException($"{name}={text}: use low, medium, high, critical, or several with commas"));
        }

        return found;
    }

    /// <summary>One of some words, or several with commas.</summary>
    public IReadOnlyCollection<string> Words(string name, IReadOnlyCollection<string> words)
    {
        var found = List(name);
        return found.FirstOrDefault(f => !words.Contains(f)) is { } wrong
            ? throw new QueryException($"{name}={wrong}: use {string.Join(", ", words)}, or several with commas")
            : found;
    }

    /// <summary>Says which parameters are not known.</summary>
    /// <param name="isKnown">Further names that are.</param>
    public void End(Func<string, bool>? isKnown = null)
    {
        foreach (var name in query.Keys)
        {
            if (!_known.Contains(name) && isKnown?.Invoke(name) != true)
            {
                throw new QueryException($"{(name.Length <= 64 ? name : name[..64])}: no such parameter; use {string.Join(", ", _known)}");
            }
        }
    }
}
