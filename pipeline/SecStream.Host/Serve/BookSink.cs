using SecStream.Core.Alerts;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Serve;

/// <summary>The alert book behind a lock: lanes report alerts, the driver moves its clock and saves it.</summary>
internal sealed class BookSink(AlertBook book) : IAlertSink
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Upsert(Alert alert, bool settled)
    {
        lock (_lock)
        {
            book.Upsert(alert, settled);
        }
    }

    /// <inheritdoc/>
    public void Withdraw(string id, string? supersededBy)
    {
        lock (_lock)
        {
            book.Withdraw(id, supersededBy);
        }
    }

    /// <summary>Does something with the book while nobody else does.</summary>
    public T With<T>(Func<AlertBook, T> use)
    {
        lock (_lock)
        {
            return use(book);
        }
    }

    /// <summary>Does something with the book while nobody else does.</summary>
    public void With(Action<AlertBook> use)
    {
        lock (_lock)
        {
            use(book);
        }
    }
}
