namespace SecStream.Connectors.Http;

/// <summary>Bytes that the requests under way hold together. Thread-safe.</summary>
internal sealed class BodyBudget(long limit)
{
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Takes bytes.</summary>
    /// <exception cref="IngestException">429: there are none left.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) > limit)
        {
            Interlocked.Add(ref _held, -bytes);
            throw new IngestException(
                429, $"the requests under way hold more than {limit} bytes; send this one again a little later", "es_rejected_execution_exception");
        }
    }

    /// <summary>Gives them back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _held, -bytes);
}
