using System.Collections.Concurrent;
using SecStream.Core.Pipeline;

namespace SecStream.Engine;

/// <summary>Outputs for reuse. Thread-safe.</summary>
internal sealed class OutputPool
{
    private readonly int _lanes;
    private readonly ConcurrentQueue<IngestOutput> _free = new();

    /// <summary>Makes as many outputs as can be under way at once, so that none is made later.</summary>
    public OutputPool(int lanes, int count)
    {
        _lanes = lanes;
        for (var i = 0; i < count; i++)
        {
            _free.Enqueue(new IngestOutput(lanes));
        }
    }

    /// <summary>An empty output that goes back after <paramref name="consumers"/> releases.</summary>
    public IngestOutput Rent(int consumers)
    {
        var output = _free.TryDequeue(out var reused) ? reused : new IngestOutput(_lanes);
        output.Reset();
        output.Pending = consumers;
        return output;
    }

    /// <summary>A consumer has finished with it.</summary>
    public void Release(IngestOutput output)
    {
        if (Interlocked.Decrement(ref output.Pending) == 0)
        {
            _free.Enqueue(output);
        }
    }
}
