using System.Buffers;
using System.Text.Json;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>An answer, or the fault there was instead. Its body is pooled: good until it is disposed of.</summary>
public sealed class ElasticsearchAnswer : IDisposable
{
    private byte[]? _rented;
    private readonly int _length;

    internal ElasticsearchAnswer(int status, byte[] rented, int length, ElasticsearchFault? fault)
    {
        (Status, _rented, _length, Fault) = (status, rented, length, fault);
    }

    internal ElasticsearchAnswer(ElasticsearchFault fault)
    {
        Fault = fault;
    }

    /// <summary>HTTP status; 0 when there was no answer.</summary>
    public int Status { get; }

    /// <summary>Why it is no success; null when it is one.</summary>
    public ElasticsearchFault? Fault { get; }

    /// <summary>What the fault is; <see cref="ElasticsearchFaultKind.None"/> for a success.</summary>
    public ElasticsearchFaultKind Kind => Fault?.Kind ?? ElasticsearchFaultKind.None;

    /// <summary>How long the cluster, or a proxy before it, asks to wait (<c>Retry-After</c>); null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Status 2xx.</summary>
    public bool IsSuccess => Fault is null;

    /// <summary>The body; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Body => _rented is null ? default : _rented.AsMemory(0, _length);

    /// <summary>The answer itself, when it is a success.</summary>
    /// <exception cref="ElasticsearchException">It is none.</exception>
    public ElasticsearchAnswer EnsureSuccess() => Fault is null ? this : throw new ElasticsearchException(Fault);

    /// <summary>The body as JSON.</summary>
    /// <exception cref="ElasticsearchException">It is none.</exception>
    public JsonDocument ReadJson()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException fault)
        {
            throw new ElasticsearchException($"the answer (status {Status}) is no JSON: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is { Length: > 0 } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
