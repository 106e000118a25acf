using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Host.Init;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>init</c>: writes a configuration from flags.</summary>
internal static class InitCommand
{
    private const string UsualName = "secstream.yml";

    public static Command Make()
    {
        var flags = new InitFlags();
        var output = new Option<string>("--out") { Description = "File to write.", DefaultValueFactory = _ => UsualName };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there; a copy of it is kept." };
        var command = new Command("init", "Write a configuration from flags, with comments. Secrets are not written: only the name of the variable or file that has them.") { output, force };
        flags.AddTo(command);
        command.SetAction(result =>
        {
            var path = result.GetValue(output)!;
            var settings = flags.Read(result, path);
            var text = InitText.Write(settings);
            var options = InitFile.Check(text, path);
            var backup = InitFile.Write(path, text, result.GetValue(force));
            Tell(path, backup, settings, options);
            return 0;
        });
        return command;
    }

    private static void Tell(string path, string? backup, InitSettings settings, ServiceOptions options)
    {
        var console = Terminal.Out;
        Terminal.WriteLine(console, $"{Terminal.Safe(path)} written.{(backup is null ? "" : $" What was there is in {Terminal.Safe(backup)}.")}");
        console.WriteLine();
        Terminal.WriteLine(console, "Next:");
        foreach (var variable in settings.Secrets.Select(place => place.Variable).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            {
                Terminal.WriteLine(console, $"  export {Terminal.Safe(variable)}=...   # the secret; for the service, too");
            }
        }

        var config = path == UsualName ? "" : $" --config {Terminal.Safe(path)}";
        Terminal.WriteLine(console, $"  ./run check{config}       # tries every right that is needed, and names what is missing");
        if (options.Kafka is not null || options.Elasticsearch is not null)
        {
            Terminal.WriteLine(console, $"  ./run bootstrap{config}   # makes topics, templates and dashboards; --dry-run only says which");
        }

        Terminal.WriteLine(console, $"  ./run serve{config}       # the service");
    }
}
