using System.CommandLine;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Cli;

/// <summary>The options that make a pipeline, shared by the commands that run one.</summary>
internal sealed class PipelineArguments
{
    private readonly Option<string> _format = new("--format")
    {
        Description = "Format of the sources: " + string.Join(", ", SourceFormats.All) + ".",
        DefaultValueFactory = _ => SourceFormats.Auto,
    };

    private readonly Option<int> _lanes = new("--lanes")
    {
        Description = "Threads that own the state, 1 to 64; never changes a result.",
        DefaultValueFactory = _ => new PipelineOptions().Lanes,
    };

    private readonly Option<string?> _rules = new("--rules") { Description = "Folder of Sigma rules. Default: the pack that comes with SecStream." };

    private readonly Option<string[]> _geoip = new("--geoip")
    {
        Description = "GeoIP file (.mmdb) or folder of them; may be given several times. Default: SECSTREAM_GEOIP.",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _zone = new("--timezone") { Description = "Zone of times that name none, such as Europe/Berlin. Default: this machine's." };

    private readonly Option<int?> _year = new("--year") { Description = "Year of the first line, where lines carry no year." };

    private readonly Option<string?> _entities = new("--entities") { Description = "File of users and assets (.yml or .csv): admins, home countries." };

    private readonly Option<string[]> _blacklists = new("--blacklist") { Description = "List of refused addresses and networks; may be given several times." };

    private readonly Option<string[]> _intel = new("--intel") { Description = "List of addresses and networks others report; may be given several times." };

    private readonly Option<string[]> _allow = new("--allow") { Description = "List of addresses and networks that are never marked; may be given several times." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_format, _lanes, _rules, _geoip, _zone, _year, _entities, _blacklists, _intel, _allow])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The pipeline options of a command line.</summary>
    /// <exception cref="ConfigurationException">A value can't be used.</exception>
    public PipelineOptions Read(System.CommandLine.ParseResult result) => Read(result, new PipelineOptions());

    /// <summary>The configuration keys that a command line sets.</summary>
    public IReadOnlySet<string> Given(System.CommandLine.ParseResult result) =>
        new (Option Option, string Key)[]
        {
            (_lanes, "lanes"), (_rules, "rules"), (_geoip, "geoip"), (_zone, "timezone"), (_entities, "entities"), (_blacklists, "blacklists"),
            (_intel, "intel"), (_allow, "allow"),
        }.Where(o => IsGiven(result, o.Option)).Select(o => o.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>The pipeline options of a command line over those of a configuration.</summary>
    /// <exception cref="ConfigurationException">A value can't be used.</exception>
    public PipelineOptions Read(System.CommandLine.ParseResult result, PipelineOptions defaults)
    {
        var format = result.GetValue(_format)!;
        if (!SourceFormats.All.Contains(format))
        {
            throw new ConfigurationException($"--format {format}: unknown format; use one of {string.Join(", ", SourceFormats.All)}");
        }

        var lanes = result.GetValue(_lanes);
        if (lanes is < 1 or > Core.Observations.Row.ShardCount)
        {
            throw new ConfigurationException($"--lanes {lanes}: use a number from 1 to {Core.Observations.Row.ShardCount}");
        }

        if (result.GetValue(_year) is < 1970 or > 9999)
        {
            throw new ConfigurationException($"--year {result.GetValue(_year)}: use a year from 1970 to 9999");
        }

        return defaults with
        {
            Format = IsGiven(result, _format) ? format : defaults.Format,
            Lanes = IsGiven(result, _lanes) ? lanes : defaults.Lanes,
            RulesDirectory = result.GetValue(_rules) ?? defaults.RulesDirectory,
            GeoIp = result.GetValue(_geoip) is { Length: > 0 } files ? files : defaults.GeoIp,
            Zone = result.GetValue(_zone) is { } zone ? Zone(zone) : defaults.Zone,
            Year = result.GetValue(_year) ?? defaults.Year,
            Entities = result.GetValue(_entities) ?? defaults.Entities,
            Blacklists = result.GetValue(_blacklists) is { Length: > 0 } blacklists ? blacklists : defaults.Blacklists,
            Intel = result.GetValue(_intel) is { Length: > 0 } intel ? intel : defaults.Intel,
            AllowLists = result.GetValue(_allow) is { Length: > 0 } allow ? allow : defaults.AllowLists,
        };
    }

    private static bool IsGiven(System.CommandLine.ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static TimeZoneInfo Zone(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception fault) when (fault is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new ConfigurationException($"--timezone {name}: unknown time zone; use an IANA name such as Europe/Berlin or UTC", fault);
        }
    }
}
