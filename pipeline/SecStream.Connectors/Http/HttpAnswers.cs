using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SecStream.Connectors.Http.Facade;

namespace SecStream.Connectors.Http;

/// <summary>Writes answers: those of Elasticsearch, and our own.</summary>
internal static class HttpAnswers
{
    private const string CompatibleType = "application/vnd.elasticsearch+json";

    /// <summary>An answer in the form of Elasticsearch; <c>HEAD</c> gets no body.</summary>
    public static async Task WriteAsync(HttpContext context, FacadeAnswer answer, TimeSpan retryAfter)
    {
        Prepare(context, answer.Status, answer.IsText);
        RetryLater(context, retryAfter);
        context.Response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Status and headers of an answer in the form of Elasticsearch. Official clients refuse one without the product's header.</summary>
    public static void Prepare(HttpContext context, int status, bool isText)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        context.Response.ContentType = isText ? "text/plain; charset=UTF-8"
            : context.Request.Headers.Accept.ToString().StartsWith(CompatibleType, StringComparison.OrdinalIgnoreCase) ? CompatibleType + ";compatible-with=8"
            : "application/json";
    }

    /// <summary>A small JSON object of our own.</summary>
    public static async Task WriteJsonAsync(HttpContext context, int status, TimeSpan retryAfter, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        RetryLater(context, retryAfter);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void RetryLater(HttpContext context, TimeSpan after)
    {
        if (context.Response.StatusCode is 429 or 503)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(after.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
        }
    }
}
