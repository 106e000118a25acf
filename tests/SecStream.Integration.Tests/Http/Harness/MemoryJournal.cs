using System.Text;
using SecStream.Core.Pipeline;

namespace SecStream.Integration.Tests.Http.Harness;

/// <summary>A journal in memory that can be full, broken, or slow.</summary>
internal sealed class MemoryJournal : IRecordJournal
{
    private readonly Lock _lock = new();
    private readonly List<string> _records = [];
    private TaskCompletionSource _room = Done();

    public string Name => "http";

    public bool IsFull => !_room.Task.IsCompleted;

    /// <summary>What appends throw, or null.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Appends so far: how many at once each.</summary>
    public List<int> Appends { get; } = [];

    public IReadOnlyList<string> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    public void Fill() => _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Drain() => _room.TrySetResult();

    public async ValueTask AppendAsync(JournalEntries entries, CancellationToken cancellation)
    {
        await _room.Task.WaitAsync(cancellation);
        if (Fault is { } fault)
        {
            throw fault;
        }

        lock (_lock)
        {
            Appends.Add(entries.Count);
            for (var i = 0; i < entries.Count; i++)
            {
                _records.Add(Encoding.UTF8.GetString(entries[i]));
            }
        }
    }

    private static TaskCompletionSource Done()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
