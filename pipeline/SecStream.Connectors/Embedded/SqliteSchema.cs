using Microsoft.Data.Sqlite;

namespace SecStream.Connectors.Embedded;

/// <summary>
/// The tables. <c>alerts</c> is narrow, so that a search reads no documents; names are kept once each, so that a search for a part of a name reads
/// every name once. SQLite 3.35: no STRICT.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>Each step takes the database one version on; steps are never changed, only added.</summary>
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE alerts(
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            incident INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            opened INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            rule TEXT NOT NULL,          -- folded; of an incident all codes, each between blanks
            entity TEXT NOT NULL,        -- folded
            tenant TEXT NOT NULL,
            settled INTEGER NOT NULL,
            withdrawn INTEGER NOT NULL,
            verdict TEXT,                -- the last state an analyst gave
            state TEXT NOT NULL);
        CREATE INDEX alerts_by_time ON alerts(incident, opened, id);
        CREATE INDEX alerts_by_state ON alerts(incident, state, opened, id);
        CREATE INDEX alerts_by_severity ON alerts(incident, severity, opened, id);
        CREATE INDEX alerts_by_rule ON alerts(incident, rule, opened, id);
        CREATE INDEX alerts_by_entity ON alerts(incident, entity, opened, id);
        CREATE TABLE documents(seq INTEGER PRIMARY KEY, hash INTEGER NOT NULL, document BLOB NOT NULL);
        CREATE TABLE names(name_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE involved(name_id INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(name_id, seq)) WITHOUT ROWID;
        CREATE INDEX involved_by_alert ON involved(seq, name_id);
        CREATE TABLE verdicts(
            number INTEGER PRIMARY KEY, alert_id TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
            state TEXT NOT NULL, note TEXT NOT NULL, assignee TEXT);
        CREATE INDEX verdicts_by_alert ON verdicts(alert_id, number);
        CREATE TABLE blacklist(
            value TEXT PRIMARY KEY, reason TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER) WITHOUT ROWID;
        """,
    ];

    /// <summary>Brings a database to the present version.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer program.</exception>
    public static void Migrate(SqliteConnection connection)
    {
        Run(connection, null, "PRAGMA journal_mode = WAL");
        if (Version(connection, null) == s_steps.Length)
        {
            return;
        }

        // Another process may be at it: look again when it is our turn.
        using var transaction = connection.BeginTransaction();
        var version = Version(connection, transaction);
        if (version > s_steps.Length)
        {
            throw new InvalidDataException(
                $"{connection.DataSource}: written in format {version}, this program reads up to {s_steps.Length}. Use the newer program, or move the file "
                + "away: it is made anew from the alerts and decisions on disk");
        }

        for (; version < s_steps.Length; version++)
        {
            Run(connection, transaction, s_steps[version]);
        }

        Run(connection, transaction, $"PRAGMA user_version = {s_steps.Length}");
        transaction.Commit();
    }

    private static long Version(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
