using Microsoft.Data.Sqlite;
using SecStream.Core.Alerts;
using SecStream.Core.Text;

namespace SecStream.Connectors.Embedded;

/// <summary>Puts changes into the tables, within one transaction. A change that is there already, or older than what is there, changes nothing.</summary>
internal sealed class AlertUpserts(SqliteConnection connection, SqliteTransaction transaction) : IDisposable
{
    private readonly SqliteStatement _known = new(
        connection, transaction, "SELECT seq, revision, settled FROM alerts WHERE id = $id");

    private readonly SqliteStatement _verdict = new(
        connection, transaction, "SELECT state FROM verdicts WHERE alert_id = $id AND state <> '' ORDER BY number DESC LIMIT 1");

    private readonly SqliteStatement _put = new(
        connection,
        transaction,
        """
        INSERT INTO alerts(seq, id, incident, revision, opened, severity, rule, entity, tenant, settled, withdrawn, verdict, state)
        VALUES($seq, $id, $incident, $revision, $opened, $severity, $rule, $entity, $tenant, $settled, $withdrawn, $verdict, $state)
        ON CONFLICT(id) DO UPDATE SET revision = $revision, opened = $opened, severity = $severity, rule = $rule, entity = $entity,
            settled = $settled, withdrawn = $withdrawn, verdict = $verdict, state = $state
        RETURNING seq
        """);

    private readonly SqliteStatement _document = new(
        connection,
        transaction,
        "INSERT INTO documents(seq, hash, document) VALUES($seq, $hash, $document) "
        + "ON CONFLICT(seq) DO UPDATE SET hash = $hash, document = $document");

    private readonly SqliteStatement _forgetNames = new(connection, transaction, "DELETE FROM involved WHERE seq = $seq");
    private readonly SqliteStatement _findName = new(connection, transaction, "SELECT name_id FROM names WHERE name = $name");
    private readonly SqliteStatement _addName = new(connection, transaction, "INSERT INTO names(name) VALUES($name) RETURNING name_id");
    private readonly SqliteStatement _involve = new(
        connection, transaction, "INSERT OR IGNORE INTO involved(name_id, seq) VALUES($name, $seq)");

    /// <summary>Puts a change.</summary>
    public void Put(OutboxEntry entry)
    {
        long? seq = null;
        using (var known = _known.With("$id", entry.Id).Rows())
        {
            if (known.Read())
            {
                var (revision, isSettled) = (known.GetInt64(1), known.GetBoolean(2));
                if (entry.Revision < revision || (entry.Revision == revision && (isSettled || !entry.IsSettled)))
                {
                    return;
                }

                seq = known.GetInt64(0);
            }
        }

        var names = DocumentNames.Of(entry);
        var at = PutRow(entry, names, seq);
        _document.With("$seq", at).With("$hash", HashOf(entry.Document.Span)).With("$document", entry.Document.ToArray()).Run();
        if (seq is not null)
        {
            _forgetNames.With("$seq", at).Run();
        }

        foreach (var name in names.Involved)
        {
            var id = _findName.With("$name", name).Value() ?? _addName.With("$name", name).Value();
            _involve.With("$name", id).With("$seq", at).Run();
        }
    }

    /// <summary>What tells a damaged document: SQLite keeps no checksums.</summary>
    public static long HashOf(ReadOnlySpan<byte> document) => unchecked((long)StableHash.Compute(document));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_known, _verdict, _put, _document, _forgetNames, _findName, _addName, _involve])
        {
            statement.Dispose();
        }
    }

    private long PutRow(OutboxEntry entry, DocumentNames names, long? seq)
    {
        var isWithdrawn = entry.Kind == ChangeKind.Withdrawn;
        var verdict = _verdict.With("$id", entry.Id).Value() as string;
        return (long)_put.With("$seq", seq)
            .With("$id", entry.Id)
            .With("$incident", entry.IsIncident)
            .With("$revision", entry.Revision)
            .With("$opened", entry.Opened)
            .With("$severity", (int)entry.Severity)
            .With("$rule", names.Rules)
            .With("$entity", DocumentNames.Fold(entry.EntityValue))
            .With("$tenant", entry.Tenant)
            .With("$settled", entry.IsSettled)
            .With("$withdrawn", isWithdrawn)
            .With("$verdict", verdict)
            .With("$state", AlertStates.Of(isWithdrawn, verdict))
            .Value()!;
    }
}
