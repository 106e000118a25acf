using Microsoft.Data.Sqlite;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Embedded;

/// <summary>Brings the tables to what the decision log says, within one transaction; how far they are is kept with them.</summary>
internal static class DecisionApplication
{
    /// <summary>Applies what has been decided since. Returns the number of decisions, and the first line that could not be read.</summary>
    public static (int Applied, string? Damage) CatchUp(SqliteConnection connection, SqliteTransaction transaction, DecisionLog log)
    {
        var from = SqliteMeta.Read(connection, transaction, SqliteMeta.DecisionsPosition);
        var length = log.Length;
        if (length <= from)
        {
            return (0, length < from ? $"{log.FilePath}: {from - length:N0} bytes that were applied are gone; put the file back from a backup" : null);
        }

        var (applied, end) = (0, from);
        string? damage = null;
        foreach (var (decision, next) in log.Read(from))
        {
            if (decision is null)
            {
                damage ??= $"{log.FilePath}: the line that ends at byte {next} is damaged and left out";
            }
            else
            {
                Apply(connection, transaction, decision);
                applied++;
            }

            end = next;
        }

        SqliteMeta.Write(connection, transaction, SqliteMeta.DecisionsPosition, end);
        return (applied, damage);
    }

    private static void Apply(SqliteConnection connection, SqliteTransaction transaction, Decision decision)
    {
        switch (decision)
        {
            case VerdictDecision { Verdict: var verdict }:
                Apply(connection, transaction, verdict);
                break;
            case BlacklistAddition { Entry: var entry }:
                Run(
                    connection,
                    transaction,
                    "INSERT INTO blacklist(value, reason, by, at, expires) VALUES($value, $reason, $by, $at, $expires) "
                    + "ON CONFLICT(value) DO UPDATE SET reason = $reason, by = $by, at = $at, expires = $expires",
                    ("$value", entry.Value), ("$reason", entry.Reason), ("$by", entry.By), ("$at", entry.At), ("$expires", entry.Expires));
                break;
            case BlacklistRemoval removal:
                Run(connection, transaction, "DELETE FROM blacklist WHERE value = $value", ("$value", removal.Value));
                break;
            default:
                throw new InvalidOperationException($"{decision.GetType().Name} has no place in the tables");
        }
    }

    private static void Apply(SqliteConnection connection, SqliteTransaction transaction, Verdict verdict)
    {
        Run(
            connection,
            transaction,
            "INSERT INTO verdicts(alert_id, at, by, state, note, assignee) VALUES($id, $at, $by, $state, $note, $assignee)",
            ("$id", verdict.AlertId), ("$at", verdict.At), ("$by", verdict.By), ("$state", verdict.State), ("$note", verdict.Note), ("$assignee", verdict.Assignee));
        if (verdict.State.Length == 0)
        {
            return;
        }

        foreach (var isWithdrawn in (bool[])[false, true])
        {
            Run(
                connection,
                transaction,
                "UPDATE alerts SET verdict = $verdict, state = $state WHERE id = $id AND withdrawn = $withdrawn",
                ("$verdict", verdict.State), ("$state", AlertStates.Of(isWithdrawn, verdict.State)), ("$id", verdict.AlertId), ("$withdrawn", isWithdrawn));
        }
    }

    private static void Run(SqliteConnection connection, SqliteTransaction transaction, string sql, params (string Name, object? Value)[] values)
    {
        using var statement = new SqliteStatement(connection, transaction, sql);
        foreach (var (name, value) in values)
        {
            statement.With(name, value);
        }

        statement.Run();
    }
}
