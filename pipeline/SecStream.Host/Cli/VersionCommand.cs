using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SecStream.Host.Rules;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>version</c>: what a bug report needs.</summary>
internal static class VersionCommand
{
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var rules = new Option<string?>("--rules") { Description = "Folder of Sigma rules. Default: the pack that comes with SecStream." };
        var command = new Command("version", "Versions of SecStream, .NET, the machine and the rules.") { rules, json };
        command.SetAction(result =>
        {
            var facts = Facts(result.GetValue(rules) ?? new PipelineOptions().RulesDirectory);
            if (result.GetValue(json))
            {
                JsonOutput.Print(facts);
                return 0;
            }

            foreach (var (name, value) in facts)
            {
                Terminal.Out.MarkupLine($"[grey]{name.Replace('_', ' '),-16}[/] {Terminal.Safe(value)}");
            }

            return 0;
        });
        return command;
    }

    /// <summary>The facts in order.</summary>
    internal static IReadOnlyDictionary<string, string> Facts(string rules)
    {
        var assembly = typeof(VersionCommand).Assembly;
        return new OrderedDictionary<string, string>
        {
            ["secstream"] = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?",
            ["package_profile"] = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "PackageProfile")?.Value ?? "unknown",
            ["dotnet"] = RuntimeInformation.FrameworkDescription,
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            ["processors"] = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["cpu_features"] = string.Join(' ', Features()),
            ["rules"] = RulesVersion(rules),
        };
    }

    private static IEnumerable<string> Features()
    {
        (string Name, bool IsThere)[] features =
        [
            ("sse4.2", Sse42.IsSupported), ("avx2", Avx2.IsSupported), ("bmi2", Bmi2.IsSupported), ("pclmul", Pclmulqdq.IsSupported),
            ("avx512bw", Avx512BW.IsSupported), ("neon", AdvSimd.IsSupported), ("crc32", Crc32.IsSupported),
        ];
        return features.Where(f => f.IsThere).Select(f => f.Name).DefaultIfEmpty("none");
    }

    /// <summary>A broken rule is no reason to hide the rest.</summary>
    private static string RulesVersion(string path)
    {
        try
        {
            var folder = RuleFolder.Load(path);
            return $"{folder.Rules.Version} ({folder.Rules.Rules.Count} rules{(folder.HasErrors ? ", with errors: see rules lint" : "")})";
        }
        catch (ConfigurationException fault)
        {
            return fault.Message;
        }
    }
}
