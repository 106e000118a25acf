using System.Collections.Frozen;
using System.Globalization;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// When the index that a stream is written to came into being. An id is unique within one backing index only, so a document that may have been sent before
/// that time has to be looked for in the older ones; a stream that has but one index refuses a second copy by itself. Thread-safe.
/// </summary>
/// <param name="transport">The cluster.</param>
/// <param name="pattern">Our streams.</param>
/// <param name="time">For the age of what is known.</param>
/// <param name="report">Told when the cluster does not let us know.</param>
internal sealed class WriteIndexAges(IElasticsearchTransport transport, string pattern, TimeProvider time, Action<string> report)
{
    private readonly Lock _lock = new();
    private Task<Known>? _asking;
    private volatile Known _known = new(FrozenDictionary<string, long>.Empty, DateTimeOffset.MinValue);
    private bool _isRefused;

    /// <summary>What is known.</summary>
    /// <param name="Created">Of streams with several indices: when the last came into being, microseconds since 1970 UTC.</param>
    /// <param name="At">When it was asked for.</param>
    internal sealed record Known(FrozenDictionary<string, long> Created, DateTimeOffset At)
    {
        /// <summary>No document that can't be older needs to be looked for.</summary>
        public long Newest { get; } = Created.Count == 0 ? long.MinValue : Created.Values.Max();
    }

    /// <summary>What is known, asked for again when it is older than a time.</summary>
    /// <exception cref="ElasticsearchException">The cluster does not answer.</exception>
    public async ValueTask<Known> ReadAsync(TimeSpan maxAge, CancellationToken cancellation)
    {
        if (time.GetUtcNow() - _known.At <= maxAge)
        {
            return _known;
        }

        // All senders ask at once after an outage: one question answers them.
        Task<Known> asking;
        lock (_lock)
        {
            asking = _asking is { IsCompleted: false } ? _asking : _asking = AskNowAsync();
        }

        return await asking.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<Known> AskNowAsync()
    {
        // The time before the question: what rolls over while it is answered counts as not seen.
        var asked = time.GetUtcNow();
        return _known = new Known(await AskAsync(CancellationToken.None).ConfigureAwait(false), asked);
    }

    private async Task<FrozenDictionary<string, long>> AskAsync(CancellationToken cancellation)
    {
        var writeIndices = await WriteIndicesAsync(cancellation).ConfigureAwait(false);
        if (writeIndices.Count == 0)
        {
            return FrozenDictionary<string, long>.Empty;
        }

        using var answer = await transport.SendAsync(
            HttpMethod.Get, $"{pattern}/_settings/index.creation_date?flat_settings=true&allow_no_indices=true", null, cancellation).ConfigureAwait(false);
        if (IsRefused(answer))
        {
            return FrozenDictionary<string, long>.Empty;
        }

        using var json = answer.EnsureSuccess().ReadJson();
        var created = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var index in json.RootElement.EnumerateObject())
        {
            if (writeIndices.TryGetValue(index.Name, out var stream)
                && index.Value.TryGetProperty("settings", out var settings)
                && settings.TryGetProperty("index.creation_date", out var date)
                && long.TryParse(date.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            {
                created[stream] = milliseconds * 1000;
            }
        }

        return created.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The indices written to of the streams that have several, with their streams.</summary>
    private async Task<Dictionary<string, string>> WriteIndicesAsync(CancellationToken cancellation)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var answer = await transport.SendAsync(HttpMethod.Get, $"_data_stream/{pattern}", null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound || IsRefused(answer))
        {
            return found;
        }

        using var json = answer.EnsureSuccess().ReadJson();
        foreach (var stream in json.RootElement.GetProperty("data_streams").EnumerateArray())
        {
            var indices = stream.GetProperty("indices");
            if (indices.GetArrayLength() > 1)
            {
                found[indices[indices.GetArrayLength() - 1].GetProperty("index_name").GetString()!] = stream.GetProperty("name").GetString()!;
            }
        }

        return found;
    }

    private bool IsRefused(ElasticsearchAnswer answer)
    {
        var isRefused = answer.Kind == ElasticsearchFaultKind.Forbidden;
        if (isRefused && !_isRefused)
        {
            report($"Elasticsearch does not let us see the indices of {pattern} (privilege view_index_metadata): events that are sent again after a rollover are there twice");
        }

        _isRefused = isRefused;
        return isRefused;
    }
}
