using Microsoft.Data.Sqlite;

namespace SecStream.Connectors.Embedded;

/// <summary>A statement that is prepared once and run often within a transaction.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText = sql;
    }

    public SqliteStatement With(string name, object? value)
    {
        if (_command.Parameters.Contains(name))
        {
            _command.Parameters[name].Value = value ?? DBNull.Value;
        }
        else
        {
            _command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return this;
    }

    public int Run() => _command.ExecuteNonQuery();

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Value() => _command.ExecuteScalar() is var value && value is not DBNull ? value : null;

    public SqliteDataReader Rows() => _command.ExecuteReader();

    public void Dispose() => _command.Dispose();
}

/// <summary>Numbers the database keeps with what they stand for.</summary>
internal static class SqliteMeta
{
    public const string OutboxPosition = "outbox_position";
    public const string DecisionsPosition = "decisions_position";

    public static long Read(SqliteConnection connection, SqliteTransaction transaction, string key)
    {
        using var statement = new SqliteStatement(connection, transaction, "SELECT value FROM meta WHERE key = $key");
        return statement.With("$key", key).Value() is long value ? value : 0;
    }

    public static void Write(SqliteConnection connection, SqliteTransaction transaction, string key, long value)
    {
        using var statement = new SqliteStatement(
            connection, transaction, "INSERT INTO meta(key, value) VALUES($key, $value) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
        statement.With("$key", key).With("$value", value).Run();
    }
}
