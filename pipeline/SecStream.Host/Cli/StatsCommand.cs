using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Host.Stats;

namespace SecStream.Host.Cli;

/// <summary><c>stats</c>: what a data folder holds, and how the service on it does.</summary>
internal static class StatsCommand
{
    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration." };
        var config = new Option<string?>("--config") { Description = "Configuration file, which names the data folder." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("stats", "Show what a data folder holds and how the service does: sources, alerts, state, sizes.") { data, config, json };
        command.SetAction(result =>
        {
            var report = StatsReport.Of(ConfiguredData.Find(result.GetValue(data), result.GetValue(config)), time);
            if (result.GetValue(json))
            {
                JsonOutput.Print(report);
            }
            else
            {
                StatsListing.Print(Terminal.Out, report);
            }

            return 0;
        });
        return command;
    }
}
