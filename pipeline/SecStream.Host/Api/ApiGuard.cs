using Microsoft.AspNetCore.Http;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Host.Api;

/// <summary>Turns what a caller asked wrongly into a 400 with a sentence.</summary>
internal static class ApiGuard
{
    /// <summary>A route around which bad parameters are answered.</summary>
    public static RequestDelegate Around(RequestDelegate answer) => async context =>
    {
        try
        {
            await answer(context).ConfigureAwait(false);
        }
        catch (QueryException fault)
        {
            // The caller's mistake: the sentence says which.
            await ApiAnswers.ErrorAsync(context, 400, fault.Message).ConfigureAwait(false);
        }
        catch (ElasticsearchException fault)
        {
            // The store behind this interface is away or refuses; the caller may come again.
            await ApiAnswers.ErrorAsync(context, 503, fault.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
    };

    /// <summary>What a store answers; what it says of a value that it can't be asked for goes to the caller.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (ArgumentException fault)
        {
            throw new QueryException(fault.Message);
        }
    }
}
