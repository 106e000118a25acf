namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Changes of the rules that alerts show.</summary>
internal static class RuleChanges
{
    /// <summary>The first one changes a threshold and takes a rule away, the second one changes it again and brings the rule back.</summary>
    public static Task SwapAsync(LiveRun run, int number, long from)
    {
        run.Folder.SwapRules(folder => Change(folder, number));
        return run.Service.ReloadAsync(from);
    }

    private static void Change(string folder, int number)
    {
        var bruteForce = Find(folder, "C1-brute-force.yml");
        if (number == 1)
        {
            Replace(bruteForce, "gte: 5", "gte: 8");
            File.Delete(Find(folder, "L7-sql-injection.test.yml"));
            var scan = Find(folder, "L7-sql-injection.yml");
            File.Move(scan, scan + ".off");
        }
        else
        {
            Replace(bruteForce, "gte: 8", "gte: 4");
            var scan = Find(folder, "L7-sql-injection.yml.off");
            File.Move(scan, Path.ChangeExtension(scan, null));
        }
    }

    private static string Find(string folder, string name) => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).Single();

    private static void Replace(string file, string old, string now)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, now, StringComparison.Ordinal));
    }
}
