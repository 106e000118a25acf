using System.CommandLine;
using SecStream.Host.Configuration;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>config</c>: whether the configuration can be used, and what it comes to.</summary>
internal static class ConfigCommand
{
    public static Command Make()
    {
        var command = new Command("config", "The configuration file: check it, show what is in force.");
        command.Subcommands.Add(Check());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Schema());
        return command;
    }

    private static Command Check()
    {
        var arguments = new ServiceArguments();
        var command = new Command("check", "Read the configuration file and name all that is wrong with it. Exits 2 when it can't be used.");
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var configuration = arguments.Read(result, []);
            foreach (var key in configuration.Options.Http.Keys)
            {
                key.ReadSecret();
            }

            Terminal.Out.WriteLine(configuration.File.Path is { } path ? $"{path}: fit for use." : "No configuration file: the defaults are in force.");
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var arguments = new ServiceArguments();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("show", "Show the settings in force, and where each comes from. Secrets are never shown.") { json };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var configuration = arguments.Read(result, []);
            var settings = ServiceOptionsListing.List(configuration.Options, configuration.File, configuration.CommandLine);
            if (result.GetValue(json))
            {
                JsonOutput.Print(settings);
                return 0;
            }

            var table = new Table().Border(TableBorder.Simple);
            table.AddColumns("key", "value", "from");
            foreach (var setting in settings)
            {
                table.AddRow(Terminal.Safe(setting.Key), setting.Value.Length > 0 ? Terminal.Safe(setting.Value) : "[grey]-[/]", Terminal.Safe(setting.Origin));
            }

            Terminal.WriteTable(Terminal.Out, table);
            return 0;
        });
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON schema of the configuration file, for editors.");
        command.SetAction(_ =>
        {
            Console.Out.Write(ConfigurationSchema.ToJson());
            return 0;
        });
        return command;
    }
}
