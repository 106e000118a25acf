using System.Text.RegularExpressions;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.TestParts;
using YamlDotNet.RepresentationModel;

namespace SecStream.Integration.Tests.Infra;

/// <summary>The Kubernetes manifests, and every configuration file that is shipped.</summary>
public sealed partial class KubernetesTests
{
    private static readonly string s_folder = RepositoryFiles.At("infra", "kubernetes");

    public static TheoryData<string> Kustomizations => [.. Directory.GetFiles(s_folder, "kustomization.yaml", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(s_folder, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public void Kustomization_FilesItNames_AreThereAndParse(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(s_folder, file))!;
        var kustomization = YamlFiles.Load(Path.Combine(s_folder, file)).Single();
        var named = YamlFiles.Items(kustomization, "resources").Concat(YamlFiles.Items(kustomization, "components")).Select(node => node.ToString())
            .Concat(YamlFiles.Items(kustomization, "patches").Select(patch => YamlFiles.Text(patch, "path")!))
            .Concat(YamlFiles.Items(kustomization, "configMapGenerator").SelectMany(map => YamlFiles.Items(map, "files")).Select(node => node.ToString())).ToList();

        Assert.NotEmpty(named);
        foreach (var path in named.Select(name => Path.GetFullPath(Path.Combine(folder, name))))
        {
            Assert.NotEmpty(YamlFiles.Load(Directory.Exists(path) ? Path.Combine(path, "kustomization.yaml") : path));
        }

        // What lies there and is named nowhere would be forgotten.
        var others = Directory.GetFiles(folder).Select(Path.GetFileName).Except(named).Except(["kustomization.yaml", "secret.template.yaml"]);
        Assert.Empty(others);
    }

    [Fact]
    public void Selectors_All_MeetPods()
    {
        var pods = Resources().Where(r => YamlFiles.At(r, "spec", "template") is not null).Select(r => YamlFiles.Texts(r, "spec", "template", "metadata", "labels")).ToList();
        var selectors = Resources().Where(r => YamlFiles.Text(r, "kind") is "Service" or "NetworkPolicy" or "StatefulSet")
            .Select(r => new[] { YamlFiles.Texts(r, "spec", "selector", "matchLabels"), YamlFiles.Texts(r, "spec", "podSelector", "matchLabels"), YamlFiles.Texts(r, "spec", "selector") }.First(s => s.Count > 0)).ToList();
        Assert.True(selectors.Count >= 4);
        Assert.All(selectors, selector => Assert.Contains(pods, labels => selector.All(labels.Contains)));

        // The API's service and the members must not meet the pod that only bootstraps.
        var members = Resources().Single(r => YamlFiles.Text(r, "kind") == "StatefulSet");
        Assert.Equal("secstream-members", YamlFiles.Text(members, "spec", "serviceName"));

        // Members that wait are never ready: a rolling update, or a start one after the other, would wait for them for ever.
        Assert.Equal(("OnDelete", "Parallel"), (YamlFiles.Text(members, "spec", "updateStrategy", "type"), YamlFiles.Text(members, "spec", "podManagementPolicy")));
        Assert.Single(pods, labels => YamlFiles.Texts(members, "spec", "selector", "matchLabels").All(labels.Contains));
        var monitor = YamlFiles.Load(Path.Combine(s_folder, "components", "servicemonitor", "servicemonitor.yaml")).Single();
        var services = Resources().Where(r => YamlFiles.Text(r, "kind") == "Service").Select(r => YamlFiles.Texts(r, "metadata", "labels"));
        Assert.Single(services, labels => YamlFiles.Texts(monitor, "spec", "selector", "matchLabels").All(labels.Contains));
    }

    [Fact]
    public void Pods_All_AreWithoutRightsAndBounded()
    {
        var templates = Resources().Select(r => YamlFiles.At(r, "spec", "template", "spec")).OfType<YamlMappingNode>().ToList();
        Assert.Equal(2, templates.Count);
        foreach (var pod in templates)
        {
            Assert.Equal(("true", "false", "RuntimeDefault"), (YamlFiles.Text(pod, "securityContext", "runAsNonRoot"), YamlFiles.Text(pod, "automountServiceAccountToken"), YamlFiles.Text(pod, "securityContext", "seccompProfile", "type")));
            var volumes = YamlFiles.Items(pod, "volumes").Select(v => YamlFiles.Text(v, "name")).ToHashSet();
            foreach (var container in YamlFiles.Items(pod, "containers"))
            {
                Assert.Equal(("true", "false"), (YamlFiles.Text(container, "securityContext", "readOnlyRootFilesystem"), YamlFiles.Text(container, "securityContext", "allowPrivilegeEscalation")));
                Assert.Equal(["ALL"], YamlFiles.Items(container, "securityContext", "capabilities", "drop").Select(d => d.ToString()));
                Assert.NotNull(YamlFiles.Text(container, "resources", "limits", "memory"));
                Assert.Matches(@":\d+\.\d+\.\d+$", YamlFiles.Text(container, "image")!);
                Assert.All(YamlFiles.Items(container, "volumeMounts"), m => Assert.True(volumes.Contains(YamlFiles.Text(m, "name")) || YamlFiles.Text(m, "name") == "data"));
            }
        }
    }

    [Theory]
    [InlineData("kubernetes/base/secstream.yml")]
    [InlineData("kubernetes/overlays/example/secstream.yml")]
    [InlineData("docker/secstream.yml")]
    [InlineData("systemd/secstream.example.yml")]
    public async Task ConfigCheck_ConfigurationThatIsShipped_IsFitForUse(string file)
    {
        var folder = Directory.CreateTempSubdirectory("secstream-config-");
        try
        {
            // As it is, but that the secrets lie where the test can put them.
            var text = RepositoryFiles.Read("infra", file);
            foreach (var path in SecretPath().Matches(text).Select(match => match.Value).Distinct().OrderByDescending(path => path.Length))
            {
                var secret = Path.Combine(folder.FullName, Path.GetFileName(path));
                File.WriteAllText(secret, "0123456789abcdef0123456789abcdef-" + Path.GetFileName(path));
                text = text.Replace(path, secret, StringComparison.Ordinal);
            }

            var configuration = Path.Combine(folder.FullName, "secstream.yml");
            await File.WriteAllTextAsync(configuration, text);
            Assert.Contains("fit for use", await HostProgram.RunAsync(folder.FullName, "config", "check", "--config", configuration), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Secrets_ThatConfigurationsName_AreKeysOfTheTemplate()
    {
        var keys = YamlFiles.Texts(YamlFiles.Load(Path.Combine(s_folder, "base", "secret.template.yaml")).Single(), "stringData").Keys;
        var named = ((string[])["base/secstream.yml", "overlays/example/secstream.yml"])
            .SelectMany(file => SecretPath().Matches(File.ReadAllText(Path.Combine(s_folder, file)))).Select(match => Path.GetFileName(match.Value)).Distinct();

        Assert.Equal(keys.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static List<YamlMappingNode> Resources() =>
        [.. Directory.GetFiles(Path.Combine(s_folder, "base"), "*.yaml").Where(path => Path.GetFileName(path) is not ("kustomization.yaml" or "secret.template.yaml")).SelectMany(YamlFiles.Load)];

    [GeneratedRegex(@"(?:/run/secrets|/etc/secstream)/[A-Za-z0-9_./-]+")]
    private static partial Regex SecretPath();
}
