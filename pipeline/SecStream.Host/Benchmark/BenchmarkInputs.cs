namespace SecStream.Host.Benchmark;

/// <summary>The files of a benchmark: generated into a folder that goes with it, or one the caller names.</summary>
internal sealed class BenchmarkInputs : IDisposable
{
    private const ulong Seed = 20260302;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secstream-benchmark-");

    /// <summary>Makes the files.</summary>
    /// <param name="events">How many events to generate, and as many raw lines.</param>
    /// <param name="file">A file to take instead.</param>
    public BenchmarkInputs(int events, string? file)
    {
        if (file is not null)
        {
            Events = file;
            return;
        }

        Events = Path.Combine(_folder.FullName, "events.ndjson");
        Raw = [Path.Combine(_folder.FullName, "auth.log"), Path.Combine(_folder.FullName, "access.log")];
        using var json = File.Create(Events);
        EventInput.Write(json, events, Seed, attacks: true);
        using var auth = File.Create(Raw[0]);
        using var access = File.Create(Raw[1]);
        RawInput.Write(auth, access, events, Seed);
    }

    /// <summary>Where results go.</summary>
    public string OutputDirectory => Path.Combine(_folder.FullName, "out");

    /// <summary>The events.</summary>
    public string Events { get; }

    /// <summary>Raw lines; empty when the caller named a file.</summary>
    public IReadOnlyList<string> Raw { get; } = [];

    /// <summary>Writes the events once more without the attacks: what is left raises next to no alerts.</summary>
    public string MakeQuiet(int events)
    {
        var path = Path.Combine(_folder.FullName, "quiet.ndjson");
        using var json = File.Create(path);
        EventInput.Write(json, events, Seed, attacks: false);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
