using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Stages.Rules.Loading;
using SecStream.Training.Registry;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>models list|show|promote|rollback|challenge|prune|detectors</c>: the models that are kept, which of them judges, and what they could be made of.</summary>
internal static class ModelsCommand
{
    private const int ShortestPrefix = 4;

    public static Command Make(TimeProvider time) => new("models", "The models that `train` has made: list them, let one judge, go back to the one before.")
    {
        List(time), Show(time), ModelsPromoteCommand.Make(time), Rollback(time), Challenge(time), Prune(time), ModelsDetectorsCommand.Make(),
    };

    /// <summary>The option that names the data folder.</summary>
    internal static Option<string?> DataOption() => new("--data") { Description = "Data folder of serve. Default: that of the configuration, else ./data." };

    /// <summary>The option for programs.</summary>
    internal static Option<bool> JsonOption() => new("--json") { Description = "Print JSON." };

    /// <summary>The argument that names a model.</summary>
    internal static Argument<string> IdArgument() => new("ID") { Description = "Id of a model, or an unambiguous beginning of it." };

    /// <summary>The models of a data folder.</summary>
    /// <exception cref="ConfigurationException">There is no such folder.</exception>
    internal static ModelRegistry Registry(string? named, TimeProvider time)
    {
        var folder = ConfiguredData.Find(named, config: null);
        return Directory.Exists(folder)
            ? new ModelRegistry(folder, time)
            : throw new ConfigurationException($"{(named is null ? folder : $"--data {named}")}: no such folder; name the --data folder of serve");
    }

    /// <summary>The one model whose id begins with a text.</summary>
    /// <exception cref="ConfigurationException">There is none, or more than one.</exception>
    internal static string Find(ModelRegistry registry, string text)
    {
        var all = registry.Ids();
        if (all.Count == 0)
        {
            throw new ConfigurationException($"{text}: there are no models in {registry.Directory}; `train` makes one");
        }

        var found = text.Length >= ShortestPrefix ? registry.WithPrefix(text) : [];
        return found switch
        {
            [var one] => one,
            [] => throw new ConfigurationException($"{text}: no such model; {Suggestion.OrList(text, all)}"),
            _ => throw new ConfigurationException($"{text}: several begin with it ({string.Join(", ", found)}); name more of the id"),
        };
    }

    private static Command List(TimeProvider time)
    {
        var (data, json) = (DataOption(), JsonOption());
        var command = new Command("list", "The models that are kept, and which of them judges.") { data, json };
        command.SetAction(result =>
        {
            var registry = Registry(result.GetValue(data), time);
            var (models, state) = (registry.List(), registry.State());
            if (result.GetValue(json))
            {
                ModelListing.PrintJson(models, state);
            }
            else
            {
                ModelListing.Print(Terminal.Out, models, state);
            }

            return models.Any(m => m.Fault is not null) ? 1 : 0;
        });
        return command;
    }

    private static Command Show(TimeProvider time)
    {
        var (id, data, json) = (IdArgument(), DataOption(), JsonOption());
        var command = new Command("show", "What the training says of a model: days, classes, severities it reaches, false alerts to expect.") { id, data, json };
        command.SetAction(result =>
        {
            var registry = Registry(result.GetValue(data), time);
            var model = registry.Open(Find(registry, result.GetRequiredValue(id)));
            var role = registry.State().RoleOf(model.Id);
            if (result.GetValue(json))
            {
                Console.Out.WriteLine(ModelListing.Json(model.Id, role, model.Manifest));
            }
            else
            {
                ModelListing.PrintModel(Terminal.Out, model.Id, role, model.Manifest);
            }

            return 0;
        });
        return command;
    }

    private static Command Rollback(TimeProvider time)
    {
        var data = DataOption();
        var note = new Option<string?>("--note") { Description = "Why." };
        var command = new Command("rollback", "Let the champion before judge again.") { data, note };
        command.SetAction(result =>
        {
            var registry = Registry(result.GetValue(data), time);
            var before = registry.State().Champion;
            var now = registry.Rollback(Environment.UserName, result.GetValue(note));
            Terminal.Out.WriteLine($"{now.Champion} judges again, {before} no longer; a running service takes it up by itself.");
            return 0;
        });
        return command;
    }

    private static Command Challenge(TimeProvider time)
    {
        var data = DataOption();
        var id = new Argument<string?>("ID") { Description = "Id of a model, or an unambiguous beginning of it.", Arity = ArgumentArity.ZeroOrOne };
        var none = new Option<bool>("--none") { Description = "No challenger any more." };
        var command = new Command("challenge", "Let a model judge in the champion's shadow: counted, no alerts.") { id, data, none };
        command.SetAction(result =>
        {
            if (result.GetValue(id) is null != result.GetValue(none))
            {
                throw new ConfigurationException("name one model, or --none");
            }

            var registry = Registry(result.GetValue(data), time);
            var challenger = result.GetValue(id) is { } text ? Find(registry, text) : null;
            registry.Challenge(challenger, Environment.UserName);
            Terminal.Out.WriteLine(challenger is null ? "There is no challenger any more." : $"{challenger} judges in the champion's shadow; `models promote {challenger}` lets it judge.");
            return 0;
        });
        return command;
    }

    private static Command Prune(TimeProvider time)
    {
        var (data, json) = (DataOption(), JsonOption());
        var keep = new Option<int>("--keep") { Description = "Models to keep beside the champion, the challenger and the champion before.", Required = true };
        var command = new Command("prune", "Delete old models. Champion, challenger and the champion before always stay.") { data, keep, json };
        command.SetAction(result =>
        {
            var kept = result.GetValue(keep);
            if (kept < 0)
            {
                throw new ConfigurationException($"--keep {kept}: use a number from 0 on");
            }

            var gone = Registry(result.GetValue(data), time).Prune(kept, Environment.UserName);
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { Deleted = gone });
                return 0;
            }

            Terminal.Out.WriteLine(gone.Count == 0 ? "Nothing to delete." : $"Deleted: {string.Join(", ", gone)}.");
            return 0;
        });
        return command;
    }
}
