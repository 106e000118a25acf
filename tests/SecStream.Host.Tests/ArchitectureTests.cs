using System.Xml.Linq;
using Xunit;

namespace SecStream.Host.Tests;

/// <summary>Dependencies point one way (ARCHITECTURE.md).</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["SecStream.Core"] = [],
        ["SecStream.Stages"] = ["SecStream.Core"],
        ["SecStream.Engine"] = ["SecStream.Core"],
        ["SecStream.Connectors"] = ["SecStream.Core"],
        ["SecStream.Models"] = ["SecStream.Core"],
        ["SecStream.Models.MlNet"] = ["SecStream.Models"],
        ["SecStream.Training"] = ["SecStream.Core", "SecStream.Stages", "SecStream.Models"],
        ["SecStream.Host"] = ["SecStream.Core", "SecStream.Stages", "SecStream.Engine", "SecStream.Connectors", "SecStream.Models", "SecStream.Models.MlNet", "SecStream.Training"],
    };

    [Fact]
    public void ProjectReferences_PointOneWay()
    {
        var projects = ((string[])["pipeline", "models", "training"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.csproj", SearchOption.AllDirectories)).ToList();
        Assert.Equal(s_allowed.Keys.Order(), projects.Select(p => Path.GetFileNameWithoutExtension(p)!).Order());
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            foreach (var reference in References(project, "ProjectReference"))
            {
                Assert.True(s_allowed[name].Contains(Path.GetFileNameWithoutExtension(reference)), $"{name} may not refer to {reference}");
            }
        }
    }

    [Fact]
    public void Core_HasNoPackages() =>
        Assert.Empty(References(Path.Combine(Root(), "pipeline", "SecStream.Core", "SecStream.Core.csproj"), "PackageReference"));

    [Fact]
    public void Stages_KnowNoFilesThreadsOrClock()
    {
        var banned = new[] { "System.Threading.Channels", "new Thread(", "Task.Run(", "FileStream", "TimeProvider.System", "HttpClient" };
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "pipeline", "SecStream.Stages"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                continue;
            }

            var text = File.ReadAllText(file);
            Assert.All(banned, word => Assert.False(text.Contains(word, StringComparison.Ordinal), $"{file}: {word}"));
        }
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(e => e.Attribute("Include")!.Value);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SecStream.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("SecStream.sln is in no folder above the tests");
        }

        return folder;
    }
}
