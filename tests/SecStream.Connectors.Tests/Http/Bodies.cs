using System.Text;
using SecStream.Connectors.Http;
using SecStream.Connectors.Http.Bulk;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Http;

/// <summary>Reads bodies as the server does, through small windows and pieces.</summary>
internal static class Bodies
{
    public static readonly HttpIngestOptions Small = new() { MaxRecordBytes = 400, MaxBodyBytes = 20_000, MaxRecordCount = 40, WindowBytes = 16 };

    public static async Task<List<string>> IngestAsync(byte[] body, string type, HttpIngestOptions? options = null, int seed = 1)
    {
        options ??= Small;
        var budget = new BodyBudget(options.MaxInFlightBytes);
        var entries = new JournalEntries();
        using (var reader = new BodyReader(new ChunkedStream(body, new Random(seed)), options, budget))
        {
            try
            {
                await IngestBody.ReadAsync(reader, type, entries, options.MaxRecordCount, CancellationToken.None);
            }
            finally
            {
                reader.Dispose();
                Assert.Equal(0, budget.Held);
            }
        }

        return Texts(entries);
    }

    public static async Task<(List<string> Records, BulkBody Body)> BulkAsync(byte[] body, string index = "", HttpIngestOptions? options = null, int seed = 1)
    {
        options ??= Small;
        var budget = new BodyBudget(options.MaxInFlightBytes);
        var entries = new JournalEntries();
        BulkBody bulk;
        using (var reader = new BodyReader(new ChunkedStream(body, new Random(seed)), options, budget))
        {
            bulk = new BulkBody(reader, entries, options);
            await bulk.ReadAsync(index, CancellationToken.None);
        }

        Assert.Equal(0, budget.Held);
        return (Texts(entries), bulk);
    }

    public static Task<List<string>> IngestAsync(string body, string type, HttpIngestOptions? options = null) => IngestAsync(Encoding.UTF8.GetBytes(body), type, options);

    public static Task<(List<string> Records, BulkBody Body)> BulkAsync(string body, string index = "", HttpIngestOptions? options = null) =>
        BulkAsync(Encoding.UTF8.GetBytes(body), index, options);

    private static List<string> Texts(JournalEntries entries) => [.. Enumerable.Range(0, entries.Count).Select(i => Encoding.Latin1.GetString(entries[i]))];
}
