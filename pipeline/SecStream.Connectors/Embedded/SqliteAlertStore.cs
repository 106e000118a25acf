using Microsoft.Data.Sqlite;
using SecStream.Core.Alerts;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Embedded;

/// <summary>
/// Alerts, incidents, verdicts and the blacklist of one machine, in <c>secstream.db</c>. The file is a view: alerts come from the outbox, decisions
/// from the decision log, and it is made anew from both when it is damaged or gone. Thread-safe; several processes may work on one folder.
/// </summary>
public sealed class SqliteAlertStore : IAlertStore, IOutboxSink, IDisposable
{
    /// <summary>Name of the file in a data folder.</summary>
    public const string FileName = "secstream.db";

    private readonly SqliteDatabase _database;
    private readonly Lock _lock = new();
    private readonly List<string> _notes = [];
    private long _position = -1;
    private int _generation;

    /// <summary>Opens or makes the store of a data folder.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="InvalidDataException">The file is damaged or newer than this program, and this process may not replace it.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public SqliteAlertStore(string data, SqliteStoreOptions options, TimeProvider time)
    {
        Decisions = new DecisionLog(Path.Combine(data, "audit"), time);
        _database = new SqliteDatabase(Path.Combine(data, FileName), options, time, Note);
        Blacklist = new Blacklist(this, Path.Combine(data, "state", "blacklist.txt"), time);
        try
        {
            Refresh();
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "store";

    /// <summary>The decisions, with their chain.</summary>
    public DecisionLog Decisions { get; }

    /// <summary>The addresses and networks that are refused.</summary>
    public Blacklist Blacklist { get; }

    /// <summary>What had to be mended, for the start-up report and health; at most 100.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_lock)
            {
                return [.. _notes];
            }
        }
    }

    /// <inheritdoc/>
    public Task<Page<StoredAlertDocument>> FindAsync(AlertQuery query, CancellationToken cancellation)
    {
        var search = new AlertSearch(query);
        return Task.Run(() => _database.Read((connection, transaction) => Find(search, query.Limit, connection, transaction)), cancellation);
    }

    /// <inheritdoc/>
    public Task<StoredAlertDocument?> GetAsync(string id, CancellationToken cancellation) => Task.Run(
        () => _database.Read((connection, transaction) =>
        {
            using var statement = new SqliteStatement(connection, transaction, "SELECT seq, id, revision, state FROM alerts WHERE id = $id");
            using var rows = statement.With("$id", id).Rows();
            return rows.Read() ? Load(connection, transaction, rows) : null;
        }),
        cancellation);

    /// <summary>Counts what nobody has closed, of every severity and state; reads nothing of what is closed.</summary>
    public IReadOnlyList<OpenCount> CountOpen() => _database.Read((connection, transaction) =>
    {
        using var statement = new SqliteStatement(
            connection,
            transaction,
            "SELECT incident, severity, state, COUNT(*) FROM alerts WHERE incident IN (0, 1) AND state IN ($open, $acknowledged) GROUP BY incident, severity, state");
        using var rows = statement.With("$open", AlertStates.Open).With("$acknowledged", AlertStates.Acknowledged).Rows();
        var found = new Dictionary<(bool, int, string), long>();
        while (rows.Read())
        {
            found[(rows.GetBoolean(0), rows.GetInt32(1), rows.GetString(2))] = rows.GetInt64(3);
        }

        return OpenAlerts.All(found);
    });

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The state is none, or a text is missing or too long.</exception>
    public async Task DecideAsync(Verdict verdict, CancellationToken cancellation)
    {
        VerdictBounds.Check(verdict);
        if (await GetAsync(verdict.AlertId, cancellation).ConfigureAwait(false) is null)
        {
            throw new KeyNotFoundException($"there is no alert {verdict.AlertId}");
        }

        await RecordAsync(() => [new VerdictDecision(verdict)], cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation) => Task.Run(() => Deliver(entries), cancellation);

    /// <inheritdoc/>
    public async ValueTask<long?> GetPositionAsync(CancellationToken cancellation)
    {
        _database.MakeSureOfFile();
        lock (_lock)
        {
            if (_position >= 0 && _generation == _database.Rebuilt)
            {
                return _position;
            }
        }

        await Task.Run(Refresh, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            return Math.Max(0, _position);
        }
    }

    /// <summary>Deletes alerts and incidents that opened before a time, with what was said of them in the tables; the decision log keeps it.</summary>
    /// <returns>How many.</returns>
    public Task<int> DeleteBeforeAsync(long opened, CancellationToken cancellation) => Task.Run(
        () => _database.Write(isDurable: false, (connection, transaction) =>
        {
            var deleted = 0;
            foreach (var sql in (string[])
                [
                    "DELETE FROM involved WHERE seq IN (SELECT seq FROM alerts WHERE opened < $opened)",
                    "DELETE FROM documents WHERE seq IN (SELECT seq FROM alerts WHERE opened < $opened)",
                    "DELETE FROM verdicts WHERE alert_id IN (SELECT id FROM alerts WHERE opened < $opened)",
                    "DELETE FROM names WHERE NOT EXISTS (SELECT 1 FROM involved WHERE involved.name_id = names.name_id)",
                    "DELETE FROM alerts WHERE opened < $opened",
                ])
            {
                using var statement = new SqliteStatement(connection, transaction, sql);
                deleted = statement.With("$opened", opened).Run();
            }

            return deleted;
        }),
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    /// <summary>Makes decisions durable, then applies them. What to decide is asked for in turn, so it may look at what holds.</summary>
    internal Task<int> RecordAsync(Func<IReadOnlyList<Decision>> decide, CancellationToken cancellation) =>
        Task.Run(() => Decisions.TakeTurnAsync(() => Record(decide), cancellation), cancellation);

    /// <summary>Reads tables in one snapshot.</summary>
    internal T Read<T>(Func<SqliteConnection, SqliteTransaction, T> read) => _database.Read(read);

    private int Record(Func<IReadOnlyList<Decision>> decide)
    {
        CatchUp();
        var decisions = decide();
        if (decisions.Count > 0)
        {
            Decisions.Append(decisions);
        }

        try
        {
            CatchUp();
            Blacklist.Export();
        }
        catch (Exception fault) when (decisions.Count > 0 && fault is (IOException or InvalidDataException))
        {
            // It is decided and durable: told that it failed, people would decide again. The tables take it up with the next delivery or decision.
            Note($"a decision is recorded but does not show yet: {fault.Message}");
        }

        return decisions.Count;
    }

    private static Page<StoredAlertDocument> Find(AlertSearch search, int limit, SqliteConnection connection, SqliteTransaction transaction)
    {
        var total = search.Count(connection, transaction);
        var found = new List<StoredAlertDocument>();
        string? next = null;
        var last = "";
        using var statement = search.Page(connection, transaction);
        using var rows = statement.Rows();
        while (rows.Read())
        {
            if (found.Count == limit)
            {
                next = last;
                break;
            }

            found.Add(Load(connection, transaction, rows));
            last = AlertSearch.Token(rows.GetInt64(4), rows.GetString(1));
        }

        return new Page<StoredAlertDocument>(found, next, total);
    }

    private static StoredAlertDocument Load(SqliteConnection connection, SqliteTransaction transaction, SqliteDataReader row)
    {
        var (seq, id) = (row.GetInt64(0), row.GetString(1));
        using var documents = new SqliteStatement(connection, transaction, "SELECT hash, document FROM documents WHERE seq = $seq");
        using var document = documents.With("$seq", seq).Rows();
        var bytes = document.Read() ? document.GetFieldValue<byte[]>(1) : throw new DatabaseDamagedException($"the document of {id} is missing");
        return AlertUpserts.HashOf(bytes) == document.GetInt64(0)
            ? new StoredAlertDocument(id, row.GetInt32(2), row.GetString(3), bytes, Verdicts(connection, transaction, id))
            : throw new DatabaseDamagedException($"the document of {id} is not as it was written");
    }

    private static List<Verdict> Verdicts(SqliteConnection connection, SqliteTransaction transaction, string id)
    {
        using var statement = new SqliteStatement(
            connection, transaction, "SELECT at, by, state, note, assignee FROM verdicts WHERE alert_id = $id ORDER BY number");
        using var rows = statement.With("$id", id).Rows();
        var verdicts = new List<Verdict>();
        while (rows.Read())
        {
            verdicts.Add(new Verdict(id, rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.IsDBNull(4) ? null : rows.GetString(4)));
        }

        return verdicts;
    }

    private void Deliver(IReadOnlyList<OutboxEntry> entries)
    {
        var end = _database.Write(isDurable: false, (connection, transaction) =>
        {
            var position = SqliteMeta.Read(connection, transaction, SqliteMeta.OutboxPosition);
            if (entries[0].Position > position && _generation != _database.Rebuilt)
            {
                throw new InvalidOperationException($"the store has been made anew and goes on from {position}");
            }

            NoteDamage(DecisionApplication.CatchUp(connection, transaction, Decisions).Damage);
            using var upserts = new AlertUpserts(connection, transaction);
            foreach (var entry in entries)
            {
                upserts.Put(entry);
            }

            position = Math.Max(position, entries[^1].End);
            SqliteMeta.Write(connection, transaction, SqliteMeta.OutboxPosition, position);
            return position;
        });
        lock (_lock)
        {
            _position = end;
        }
    }

    /// <summary>Learns how far the tables are, after opening and after they have been made anew.</summary>
    private void Refresh()
    {
        var generation = _database.Rebuilt;
        CatchUp();
        var position = _database.Read((connection, transaction) => SqliteMeta.Read(connection, transaction, SqliteMeta.OutboxPosition));
        lock (_lock)
        {
            (_position, _generation) = (position, generation);
        }
    }

    private void CatchUp() => NoteDamage(_database.Write(
        isDurable: true, (connection, transaction) => DecisionApplication.CatchUp(connection, transaction, Decisions)).Damage);

    private void NoteDamage(string? damage)
    {
        if (damage is not null)
        {
            Note(damage);
        }
    }

    private void Note(string note)
    {
        lock (_lock)
        {
            if (_notes.Count < 100 && !_notes.Contains(note))
            {
                _notes.Add(note);
            }
        }
    }
}
