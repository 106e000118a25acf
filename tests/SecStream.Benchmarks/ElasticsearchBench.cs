using System.Diagnostics;
using System.Globalization;
using System.Text;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Benchmarks;

/// <summary>What the event sink costs: documents as the ingest stage writes them go through spool and HTTP to a server in another process.</summary>
internal static class ElasticsearchBench
{
    private const int Batches = 4000;
    private const int BatchEvents = 500;
    private const int EventBytes = 460;

    public static async Task RunAsync()
    {
        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments()) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var port = await server.StandardOutput.ReadLineAsync();
        var folder = Directory.CreateTempSubdirectory("spool-bench-").FullName;
        try
        {
            var options = new ElasticsearchOptions { Hosts = [new Uri($"http://127.0.0.1:{port}")] };
            using var client = new ElasticsearchClient(options, TimeProvider.System);
            await using var sink = new ElasticsearchEventSink(
                client, options, folder, "bench", new NoRefusals(), TimeProvider.System, Console.Error.WriteLine, CancellationToken.None);
            var output = Output();
            await MeasureAsync("warm-up", sink, output, Batches / 10);
            await MeasureAsync("spool and send", sink, output, Batches);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Arguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(ElasticsearchBench).Assembly.Location, "bulk-server"] : ["bulk-server"];

    private static async Task MeasureAsync(string name, ElasticsearchEventSink sink, IngestOutput output, int batches)
    {
        using var self = Process.GetCurrentProcess();
        var (before, allocated, begin) = (self.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        for (var i = 0; i < batches; i++)
        {
            sink.Write(output);
        }

        await sink.FlushedAsync(CancellationToken.None);
        self.Refresh();
        var (cpu, wall) = ((self.TotalProcessorTime - before).TotalSeconds, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        var events = (double)batches * BatchEvents;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-16} {events:N0} events of {EventBytes} bytes: {events / wall:N0}/s, {events / cpu:N0} per CPU-second ({cpu / events * 1e6:0.00} µs each), {(GC.GetTotalAllocatedBytes() - allocated) / events:0.0} bytes allocated each, {self.WorkingSet64 >> 20} MiB"));
    }

    private static IngestOutput Output()
    {
        var output = new IngestOutput(1);
        for (var i = 0; i < BatchEvents; i++)
        {
            var id = Encoding.ASCII.GetBytes(i.ToString("x32", CultureInfo.InvariantCulture));
            var head = $"{{\"@timestamp\":\"2026-03-02T10:00:00.000000Z\",\"event\":{{\"id\":\"{Encoding.ASCII.GetString(id)}\",\"dataset\":\"system.auth\"}},\"message\":\"";
            var start = output.Events.Length;
            output.Events.Write(Encoding.ASCII.GetBytes(head + new string('x', EventBytes - head.Length - 3) + "\"}\n"));
            var names = output.Marks.AddNames(id, "system.auth"u8);
            output.Marks.Add(new EventMark(start, EventBytes, 1_772_445_600_000_000, 1_772_445_600_000_000, 30, 0, 0) { FirstName = names, IdLength = 32, DatasetLength = 11 });
        }

        return output;
    }

    private sealed class NoRefusals : IRefusedDocuments
    {
        public void Add(ReadOnlySpan<byte> letter) => Console.Error.Write(Encoding.UTF8.GetString(letter));

        public void Flush()
        {
        }
    }
}
