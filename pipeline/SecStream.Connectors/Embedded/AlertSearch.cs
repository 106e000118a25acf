using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Embedded;

/// <summary>An <see cref="AlertQuery"/> as SQL. Values are parameters, always.</summary>
internal sealed class AlertSearch
{
    private readonly StringBuilder _where = new("WHERE a.incident = $incident");
    private readonly List<(string Name, object? Value)> _values = [];
    private readonly AlertQuery _query;
    private readonly (long Opened, string Id)? _after;

    /// <exception cref="ArgumentException">A value can't be asked for; the message says why.</exception>
    public AlertSearch(AlertQuery query)
    {
        _query = query.Limit is >= 1 and <= 10_000 ? query : throw new ArgumentException($"limit {query.Limit}: use a number from 1 to 10 000");
        _after = query.After is { } after ? Parse(after) : null;
        _values.Add(("$incident", query.Incidents));
        Add("a.opened >= {0}", query.From);
        Add("a.opened < {0}", query.Until);
        AddList("a.severity IN ({0})", query.Severities.Select(severity => (object)(int)severity));
        AddRules(query);
        AddStates(query);
        if (query.IdPrefix is { Length: > 0 } prefix)
        {
            // A range the index knows; ids are hex.
            Add("a.id >= {0}", prefix.ToLowerInvariant());
            Add("a.id < {0}", prefix.ToLowerInvariant() + "\uFFFF");
        }

        if (query.Entity is { Length: > 0 } entity)
        {
            Add(
                "a.seq IN (SELECT i.seq FROM involved i WHERE i.name_id IN (SELECT n.name_id FROM names n WHERE instr(n.name, {0}) > 0))",
                DocumentNames.Fold(entity));
        }
    }

    /// <summary>Where a page ends, as a text that the next question brings back.</summary>
    public static string Token(long opened, string id) => string.Create(CultureInfo.InvariantCulture, $"{opened}:{id}");

    /// <summary>All matches, without pages.</summary>
    public long Count(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var statement = Bind(new SqliteStatement(connection, transaction, $"SELECT count(*) FROM alerts a {_where}"));
        return (long)statement.Value()!;
    }

    /// <summary>One more than a page, newest first: columns seq, id, revision, state, opened.</summary>
    public SqliteStatement Page(SqliteConnection connection, SqliteTransaction transaction)
    {
        var page = _after is null ? "" : " AND (a.opened, a.id) < ($after_opened, $after_id)";
        var statement = Bind(new SqliteStatement(
            connection,
            transaction,
            $"SELECT a.seq, a.id, a.revision, a.state, a.opened FROM alerts a {_where}{page} ORDER BY a.opened DESC, a.id DESC LIMIT $limit"));
        statement.With("$limit", _query.Limit + 1);
        return _after is { } after ? statement.With("$after_opened", after.Opened).With("$after_id", after.Id) : statement;
    }

    private static (long, string) Parse(string token)
    {
        var colon = token.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(token.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var opened)
            ? (opened, token[(colon + 1)..])
            : throw new ArgumentException($"after '{token}': give back what the page before named as next");
    }

    private SqliteStatement Bind(SqliteStatement statement)
    {
        _values.ForEach(value => statement.With(value.Name, value.Value));
        return statement;
    }

    private void AddRules(AlertQuery query)
    {
        var rules = query.Rules.Select(DocumentNames.Fold).ToList();
        if (!query.Incidents)
        {
            AddList("a.rule IN ({0})", rules);
        }
        else if (rules.Count > 0)
        {
            _where.Append(" AND (").AppendJoin(" OR ", rules.Select(rule => $"instr(a.rule, {Name($" {rule} ")}) > 0")).Append(')');
        }
    }

    private void AddStates(AlertQuery query)
    {
        if (query.States.Count == 0)
        {
            Add("a.state <> {0}", AlertStates.Withdrawn);
        }
        else
        {
            AddList("a.state IN ({0})", query.States.Select(DocumentNames.Fold));
        }
    }

    private void Add(string condition, object? value)
    {
        if (value is not null)
        {
            _where.Append(" AND ").AppendFormat(CultureInfo.InvariantCulture, condition, Name(value));
        }
    }

    private void AddList(string condition, IEnumerable<object> values)
    {
        var names = values.Select(Name).ToList();
        if (names.Count > 0)
        {
            _where.Append(" AND ").AppendFormat(CultureInfo.InvariantCulture, condition, string.Join(',', names));
        }
    }

    private string Name(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"$p{_values.Count}");
        _values.Add((name, value));
        return name;
    }
}
