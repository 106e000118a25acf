using System.Globalization;
using Microsoft.Data.Sqlite;

namespace SecStream.Connectors.Embedded;

/// <summary>What is stored does not agree with itself: the file is damaged.</summary>
internal sealed class DatabaseDamagedException(string message) : Exception(message);

/// <summary>
/// The database file: one connection that writes, others that read beside it (WAL). It is a view of what other files hold: when it is damaged it is
/// moved aside and made anew. Another process that holds the lock is waited for. Thread-safe.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int CannotOpen = 14;
    private const int KeepDamaged = 3;
    private static readonly int[] s_damaged = [11, 26];

    private readonly string _path;
    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string> _note;
    private readonly Lock _writing = new();
    private SqliteConnection? _writer;

    public SqliteDatabase(string path, SqliteStoreOptions options, TimeProvider time, Action<string> note)
    {
        (_path, _options, _time, _note) = (Path.GetFullPath(path), options, time, note);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        try
        {
            if (options.MayRebuild && File.Exists(_path) && new FileInfo(_path).Length == 0)
            {
                Rebuild("it is empty");
                return;
            }

            _writer = OpenWriter();
        }
        catch (SqliteException fault) when (IsDamage(fault))
        {
            Rebuild(fault.Message);
        }
    }

    /// <summary>How often it has been made anew since it was opened here.</summary>
    public int Rebuilt { get; private set; }

    /// <summary>Makes the file anew when somebody has deleted it: what is written to a file without a name would be gone with this process.</summary>
    public void MakeSureOfFile()
    {
        if (_options.MayRebuild && !File.Exists(_path))
        {
            lock (_writing)
            {
                if (!File.Exists(_path))
                {
                    Rebuild("it is gone");
                }
            }
        }
    }

    /// <summary>Reads in one snapshot, beside a writer.</summary>
    public T Read<T>(Func<SqliteConnection, SqliteTransaction, T> read)
    {
        MakeSureOfFile();
        var generation = Rebuilt;
        try
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: true);
            return read(connection, transaction);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            lock (_writing)
            {
                // Of several readers that meet the damage one makes it anew.
                if (generation == Rebuilt)
                {
                    Rebuild(fault.Message);
                }
            }

            throw Damaged(fault);
        }
        catch (SqliteException fault)
        {
            throw Failed(fault);
        }
    }

    /// <summary>Writes in one transaction.</summary>
    /// <param name="isDurable">It is on disk when this returns; else it is in order after a crash, and what is missing comes again.</param>
    /// <param name="write">The work.</param>
    public T Write<T>(bool isDurable, Func<SqliteConnection, SqliteTransaction, T> write)
    {
        lock (_writing)
        {
            try
            {
                MakeSureOfFile();
                _writer ??= OpenWriter();
                Pragma(_writer, isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                using var transaction = _writer.BeginTransaction();
                var result = write(_writer, transaction);
                transaction.Commit();
                return result;
            }
            catch (Exception fault) when (IsDamage(fault))
            {
                Rebuild(fault.Message);
                throw Damaged(fault);
            }
            catch (SqliteException fault)
            {
                throw Failed(fault);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            _writer?.Dispose();
            using var any = new SqliteConnection(ConnectionString(pooling: true));
            SqliteConnection.ClearPool(any);
        }
    }

    private static bool IsDamage(Exception fault) =>
        fault is DatabaseDamagedException || (fault is SqliteException sqlite && s_damaged.Contains(sqlite.SqliteErrorCode));

    private static InvalidDataException Damaged(Exception fault) =>
        new($"the alert database was damaged ({fault.Message}); it is being made anew from the alerts and decisions on disk: ask again", fault);

    private IOException Failed(SqliteException fault) =>
        new($"{_path}: {(fault.SqliteErrorCode is Busy or Locked ? "another process holds the alert database" : fault.Message)}", fault);

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(ConnectionString(pooling: true)) { DefaultTimeout = (int)_options.LockTimeout.TotalSeconds };
        connection.Open();
        return connection;
    }

    private SqliteConnection OpenWriter()
    {
        var connection = new SqliteConnection(ConnectionString(pooling: false)) { DefaultTimeout = (int)_options.LockTimeout.TotalSeconds };
        try
        {
            connection.Open();
            SqliteSchema.Migrate(connection);
            if (_options.CheckAtOpen && new FileInfo(_path).Length <= _options.MaxCheckedBytes)
            {
                Check(connection);
            }

            return connection;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == CannotOpen)
        {
            connection.Dispose();
            throw new IOException($"{_path}: can't be opened; may {Environment.UserName} write in this folder?", fault);
        }
        catch (SqliteException fault) when (!IsDamage(fault))
        {
            connection.Dispose();
            throw Failed(fault);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() is string result && result != "ok")
        {
            throw new SqliteException(result, 11);
        }
    }

    private static void Pragma(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private string ConnectionString(bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = _path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        Pooling = pooling,
    }.ToString();

    /// <summary>Moves the file aside and begins an empty one. Other processes that have it open go on reading the old one until they end.</summary>
    private void Rebuild(string why)
    {
        if (!_options.MayRebuild)
        {
            throw new InvalidDataException($"{_path} is damaged ({why}); start serve on this folder: it makes the file anew, alerts and decisions are kept elsewhere");
        }

        _writer?.Dispose();
        _writer = null;
        using (var any = new SqliteConnection(ConnectionString(pooling: true)))
        {
            SqliteConnection.ClearPool(any);
        }

        var stamp = _path + ".damaged-" + _time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var aside = stamp;
        for (var i = 2; File.Exists(aside); i++)
        {
            aside = $"{stamp}-{i}";
        }

        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(_path + suffix))
            {
                File.Move(_path + suffix, aside + suffix);
            }
        }

        Rebuilt++;
        _writer = OpenWriter();
        var fate = File.Exists(aside) ? $"was damaged ({why}): moved aside as {Path.GetFileName(aside)}, and" : "was gone:";
        _note($"{_path} {fate} made anew from the alerts and decisions on disk");
        DeleteOldest();
    }

    /// <summary>A failing disk must not be filled with copies as well.</summary>
    private void DeleteOldest()
    {
        var kept = Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + ".damaged-*")
            .Where(path => !path.EndsWith("-wal", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .Skip(KeepDamaged);
        foreach (var path in kept.ToList())
        {
            foreach (var suffix in (string[])["", "-wal", "-shm"])
            {
                File.Delete(path + suffix);
            }
        }
    }
}
