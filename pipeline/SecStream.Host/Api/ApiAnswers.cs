using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SecStream.Host.Api;

/// <summary>Writes JSON answers.</summary>
internal static class ApiAnswers
{
    // Hostile text in a document stays escaped for HTML: an answer may end up in a page.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>An error: <c>{"error":"…"}</c>.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string reason, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } wait && status is (429 or 503))
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
        }

        return ObjectAsync(context, status, w => w.WriteString("error"u8, reason));
    }

    /// <summary>An object.</summary>
    public static async Task ObjectAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, s_options);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
