namespace SecStream.Connectors.Redis;

/// <summary>Redis can't be reached, does not answer in time, or refuses; the message says which, and of which server.</summary>
public sealed class RedisUnavailableException : Exception
{
    /// <summary>With a reason.</summary>
    public RedisUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and what it came from.</summary>
    public RedisUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
