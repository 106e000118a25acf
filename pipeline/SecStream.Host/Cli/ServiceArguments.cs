using System.CommandLine;
using SecStream.Host.Configuration;

namespace SecStream.Host.Cli;

/// <summary>What a command line and the configuration file make together.</summary>
/// <param name="Options">The options in force.</param>
/// <param name="File">What the file gave.</param>
/// <param name="CommandLine">Keys that the command line sets.</param>
internal sealed record ServiceConfiguration(ServiceOptions Options, LoadedConfiguration File, IReadOnlySet<string> CommandLine);

/// <summary>The options of a command that works with the configuration of the service. The command line wins over the file, the file over the defaults.</summary>
internal sealed class ServiceArguments
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "Configuration file. Default: SECSTREAM_CONFIG, else ./secstream.yml if it is there.",
    };

    private readonly Option<string?> _data = new("--data") { Description = "Folder for events, alerts and state. Default: data." };

    private readonly PipelineArguments _pipeline = new();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_data);
        _pipeline.AddTo(command);
    }

    /// <summary>Reads the file and the command line.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="paths">Files that it names; none: those of the configuration.</param>
    /// <exception cref="ConfigurationException">Something can't be used.</exception>
    public ServiceConfiguration Read(System.CommandLine.ParseResult result, IReadOnlyCollection<string> paths)
    {
        var file = ServiceOptionsReader.Load(result.GetValue(_config));
        var given = new HashSet<string>(_pipeline.Given(result), StringComparer.Ordinal);
        var data = result.GetValue(_data);
        if (data is not null)
        {
            given.Add("data");
        }

        for (var i = 0; i < paths.Count; i++)
        {
            given.Add(FormattableString.Invariant($"files[{i}]"));
        }

        var options = file.Options with
        {
            Data = data ?? file.Options.Data,
            Pipeline = _pipeline.Read(result, file.Options.Pipeline),
            Files = paths.Count > 0 ? [.. paths.Select(p => new FileSettings { Path = p })] : file.Options.Files,
        };
        return new ServiceConfiguration(SourceChoice.Settle(options, file), file, given);
    }
}
