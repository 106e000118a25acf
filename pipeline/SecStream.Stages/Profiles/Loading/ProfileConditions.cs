using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Loading;
using SecStream.Stages.Rules.Matching;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>
/// Conditions of profiles, as detections behind those of the rules: an event is matched once against all of them. Conditions that say the same are one.
/// </summary>
internal sealed class ProfileConditions(FieldCatalog catalog, List<Detection> detections)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>Begins a profile.</summary>
    public ConditionScope Begin(string profile, YamlMappingNode root, IssueList issues, DetectionParser parser) =>
        new(this, profile, IssueList.Line(root), issues, parser);

    /// <summary>Number of the next detection.</summary>
    internal int Count => detections.Count;

    internal DetectionNode ConditionOf(int detection) => detections[detection].Condition;

    internal int NumberOf(DetectionNode condition, string profile, string file, int line)
    {
        var text = DetectionNodes.Describe(condition);
        if (_numbers.TryGetValue(text, out var number))
        {
            return number;
        }

        number = detections.Count;
        _numbers.Add(text, number);
        var fields = DetectionNodes.Tests(condition).SelectMany(Fields).Distinct().Select(id => (Id: id, Name: catalog.Name(id))).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
        detections.Add(new Detection
        {
            Index = number,
            Name = $"profile {profile}",
            Id = "",
            Title = $"condition of profile {profile}",
            Condition = condition,
            CountsAttempts = false,
            Fields = [.. fields.Select(f => f.Name)],
            FieldIds = [.. fields.Select(f => f.Id)],
            Logsource = "",
            LogsourceIsMapped = true,
            File = file,
            Line = line,
        });
        return number;
    }

    internal void Truncate(int count)
    {
        detections.RemoveRange(count, detections.Count - count);
        foreach (var (text, _) in _numbers.Where(n => n.Value >= count).ToList())
        {
            _numbers.Remove(text);
        }
    }

    private static int[] Fields(FieldTest test) =>
        test.Field == FieldTest.Keyword ? [Ecs.Message] : test.OtherField >= 0 ? [test.Field, test.OtherField] : [test.Field];
}

/// <summary>The conditions of one profile.</summary>
internal sealed class ConditionScope(ProfileConditions all, string profile, int line, IssueList issues, DetectionParser parser)
{
    private readonly List<int> _bits = [];
    private readonly int _begun = all.Count;

    /// <summary>Detections by bit.</summary>
    public int[] Bits => [.. _bits];

    /// <summary>Detection of a selection; −1 when it is wrong.</summary>
    public int Detection(YamlNode node, string path) =>
        parser.ParseSelection(node, path) is { } condition ? all.NumberOf(condition, profile, issues.File, line) : -1;

    /// <summary>Bit of a selection; −1 when it is wrong.</summary>
    public int Bit(YamlNode node, string path)
    {
        var detection = Detection(node, path);
        if (detection < 0)
        {
            return -1;
        }

        var bit = _bits.IndexOf(detection);
        if (bit < 0)
        {
            bit = _bits.Count;
            _bits.Add(detection);
            if (bit == Profile.MaxConditions)
            {
                issues.Error("too-many-conditions", node, path, $"a profile has at most {Profile.MaxConditions} different conditions", "make two profiles");
            }
        }

        return bit;
    }

    /// <summary>Takes back what was added: the profile is left out.</summary>
    public void Forget() => all.Truncate(_begun);

    /// <summary>Says what the bits ask.</summary>
    public string Describe() => string.Join('\n', _bits.Select(Describe));

    /// <summary>Says what a detection asks.</summary>
    public string Describe(int detection) => DetectionNodes.Describe(all.ConditionOf(detection));
}
