using SecStream.Core.Alerts;

namespace SecStream.Stages.Enrichment.Entities;

/// <summary>A key with its value and line, from YAML or CSV.</summary>
internal readonly record struct EntityPair(string Key, string Value, int Line);

/// <summary>Users and assets as they are read, with the faults found: what YAML and CSV have in common.</summary>
internal sealed class EntityEntries(string file)
{
    private const int MaxIssues = 50;

    private static readonly string[] UserKeys = ["name", "email", "role", "admin", "home_country"];
    private static readonly string[] AssetKeys = ["host", "criticality"];

    private readonly List<UserContext> _users = [];
    private readonly List<AssetContext> _assets = [];
    private readonly List<FileIssue> _issues = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Users read.</summary>
    public IReadOnlyList<UserContext> Users => _users;

    /// <summary>Assets read.</summary>
    public IReadOnlyList<AssetContext> Assets => _assets;

    /// <summary>Faults found.</summary>
    public IReadOnlyList<FileIssue> Issues => _issues;

    /// <summary>Records a fault.</summary>
    public void Refuse(int line, string key, string problem, string mend)
    {
        if (_issues.Count < MaxIssues)
        {
            _issues.Add(new FileIssue(file, line, key, problem, mend));
        }
    }

    /// <summary>Checks an entry's pairs and adds it when they are right.</summary>
    public void Add(bool isAsset, int line, IReadOnlyList<EntityPair> pairs)
    {
        var faults = _issues.Count;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var keys = isAsset ? AssetKeys : UserKeys;
        foreach (var pair in pairs)
        {
            if (!keys.Contains(pair.Key))
            {
                Refuse(pair.Line, pair.Key, "unknown key", $"known are {string.Join(", ", keys)}");
            }
            else if (!values.TryAdd(pair.Key, pair.Value))
            {
                Refuse(pair.Line, pair.Key, "given twice", "take one of them out");
            }
        }

        var nameKey = keys[0];
        if (!values.TryGetValue(nameKey, out var name) || name.Length == 0)
        {
            Refuse(line, nameKey, "missing", $"give every {(isAsset ? "asset a host" : "user a name")}");
            return;
        }

        if (!_names.Add((isAsset ? "asset:" : "user:") + name))
        {
            Refuse(line, nameKey, $"'{name}' is there already", "keep one entry per name");
        }

        if (isAsset)
        {
            AddAsset(line, name, values, faults);
        }
        else
        {
            AddUser(line, name, values, faults);
        }
    }

    private void AddUser(int line, string name, Dictionary<string, string> values, int faults)
    {
        var isAdmin = false;
        if (values.TryGetValue("admin", out var admin) && !bool.TryParse(admin, out isAdmin))
        {
            Refuse(line, "admin", $"'{admin}' is no truth value", "write true or false");
        }

        var country = values.GetValueOrDefault("home_country");
        if (country is not null && !(country.Length == 2 && country.All(char.IsAsciiLetterUpper)))
        {
            Refuse(line, "home_country", $"'{country}' is no country code", "write two capital letters, for example DE (in quotes for NO)");
        }

        if (_issues.Count == faults)
        {
            _users.Add(new UserContext(name, values.GetValueOrDefault("email"), values.GetValueOrDefault("role"), isAdmin, country));
        }
    }

    private void AddAsset(int line, string host, Dictionary<string, string> values, int faults)
    {
        var criticality = Severity.Medium;
        if (values.TryGetValue("criticality", out var text)
            && (!Enum.TryParse(text, ignoreCase: true, out criticality) || !text.All(char.IsAsciiLetter)))
        {
            Refuse(line, "criticality", $"'{text}' is unknown", "write low, medium, high or critical");
        }

        if (_issues.Count == faults)
        {
            _assets.Add(new AssetContext(host, criticality));
        }
    }
}
