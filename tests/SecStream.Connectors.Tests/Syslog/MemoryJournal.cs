using System.Text;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Syslog;

/// <summary>A journal that keeps its records, waits while it is closed, and fails when told to.</summary>
internal sealed class MemoryJournal : IRecordJournal
{
    private readonly Lock _gate = new();
    private readonly List<string> _records = [];
    private TaskCompletionSource _open = Opened();

    public string Name => "memory";

    public bool IsFull => !_open.Task.IsCompleted;

    public volatile bool Fails;

    public string[] Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    public async ValueTask AppendAsync(JournalEntries entries, CancellationToken cancellation)
    {
        await _open.Task.WaitAsync(cancellation);
        if (Fails)
        {
            throw new IOException("No space left on device");
        }

        lock (_gate)
        {
            _records.AddRange(Enumerable.Range(0, entries.Count).Select(i => Encoding.UTF8.GetString(entries[i])));
        }
    }

    /// <summary>Waits until a condition holds; fails the test when it does not within ten seconds.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
