using System.Buffers;
using System.Collections.Concurrent;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Features;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Brings stored windows to Elasticsearch. What lanes write goes to the files of <see cref="FeatureFileSink"/> and nowhere else; this follows the files, the newest day first,
/// and keeps how far it has come. So an outage delays and loses nothing, and no lane ever waits for the cluster. A window that is sent again replaces itself.
/// Thread-safe.
/// </summary>
public sealed class WindowShipper : IAsyncDisposable
{
    /// <summary>Name of the file, in the folder of windows, that says up to where they are in the cluster.</summary>
    public const string PlacesName = "elasticsearch.shipped";

    private const int PartBytes = 512 << 10;

    /// <summary>Rounds after which a damaged block at the end of a file counts as damaged rather than as being written.</summary>
    private const int Patience = 5;

    private readonly string _folder;
    private readonly string _tenant;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly WindowShippingTuning _tuning;
    private readonly ShippedPlaces _places;
    private readonly WindowSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Dictionary<string, long> _before;
    private readonly HashSet<string> _begun = [];
    private readonly ConcurrentDictionary<string, int> _waited = [];
    private readonly Task _run;
    private volatile string? _fault;

    /// <summary>Begins; nothing is connected to before there is something to send.</summary>
    /// <param name="transport">The cluster.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="folder">Folder of the files.</param>
    /// <param name="tenant">Whose windows they are.</param>
    /// <param name="time">Clock, for waits.</param>
    /// <param name="report">Told what people should know. May come on any thread.</param>
    public WindowShipper(IElasticsearchTransport transport, ElasticsearchOptions options, string folder, string tenant, TimeProvider time, Action<string> report)
        : this(transport, options, folder, tenant, time, report, WindowShippingTuning.Standard)
    {
    }

    internal WindowShipper(
        IElasticsearchTransport transport, ElasticsearchOptions options, string folder, string tenant, TimeProvider time, Action<string> report, WindowShippingTuning tuning)
    {
        (_folder, _tenant, _time, _report, _tuning) = (folder, tenant, time, report, tuning);
        _places = new ShippedPlaces(Path.Combine(folder, PlacesName));
        _sender = new WindowSender(transport, options.BulkBytes, tuning.Timings, time, report, seed: 1);
        _before = Lengths();
        _run = Task.Run(RunAsync);
    }

    /// <summary>How it fares.</summary>
    public WindowShippingStatus Status
    {
        get
        {
            var (since, error, mend) = _sender.Health.Failure;
            return new WindowShippingStatus
            {
                // What a crash left unfinished at the end of a file waits for nobody.
                PendingBytes = Lengths().Where(file => _waited.GetValueOrDefault(file.Key) < Patience).Sum(file => Math.Max(0, file.Value - _places[file.Key].Offset)),
                Sent = Interlocked.Read(ref _sender.Health.Sent),
                Retries = Interlocked.Read(ref _sender.Health.Retries),
                Unindexed = Interlocked.Read(ref _sender.Health.Unindexed),
                Refused = Interlocked.Read(ref _sender.Health.DeadLetters),
                FailingSince = since,
                Error = _fault ?? error,
                Mend = _fault is null ? mend : "restart the service",
            };
        }
    }

    /// <summary>Returns when the cluster has everything that is in the files now and was not there when this began.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, or this was disposed of.</exception>
    public async Task ShippedAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        var wanted = Lengths().Where(file => file.Value > _before.GetValueOrDefault(file.Key)).ToList();
        while (true)
        {
            var there = Lengths();
            if (wanted.TrueForAll(file => !there.ContainsKey(file.Key) || _places[file.Key].Offset >= file.Value))
            {
                return;
            }

            Wake();
            await Task.Delay(_tuning.Look, _time, either.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Stops; what is under way comes again with the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
            _stop.Dispose();
            _wake.Dispose();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (!await TryRoundAsync().ConfigureAwait(false))
                {
                    await _wake.WaitAsync(_tuning.Tick, _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped; what is left is in the files.
        }
        catch (Exception bug)
        {
            // Nothing is sent any more, and nothing is lost: the files have it, health tells.
            _fault = $"sending windows has failed: {bug.Message}";
            _report($"sending windows to Elasticsearch has failed, they wait in {_folder}; restart the service: {bug}");
        }
    }

    /// <summary>Goes over the files; true: there is more to be done at once.</summary>
    private async Task<bool> TryRoundAsync()
    {
        try
        {
            var began = _time.GetTimestamp();
            var files = FeatureFileName.In(_folder).Reverse().ToList();
            _places.Keep(files.Select(file => file.Name.ToString()).ToHashSet(StringComparer.Ordinal));
            foreach (var (name, path) in files)
            {
                if (await ShipAsync(name, path, began).ConfigureAwait(false))
                {
                    return true;
                }
            }

            _sender.Health.Succeeded();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A disk that fails is told by whoever writes to it; the next round tries again.
            _sender.Health.Failed($"windows can't be read for Elasticsearch: {fault.Message}", "look at the disk of the data folder");
        }

        return false;
    }

    /// <summary>Ships what a file has; true: it took so long that newer files should be looked at first.</summary>
    private async Task<bool> ShipAsync(FeatureFileName name, string path, long began)
    {
        var key = name.ToString();
        if (_begun.Contains(key) && new FileInfo(path) is var info && (!info.Exists || info.Length <= _places[key].Offset))
        {
            return false;
        }

        using var file = FeatureFileFollower.Open(path);
        if (file is null)
        {
            return false;
        }

        var lines = new WindowLines(_tenant, file.Schema);
        var place = await BeginAsync(name, path, file, lines).ConfigureAwait(false);
        for (var told = 0; ; told = file.Damaged)
        {
            var records = new ArrayBufferWriter<byte>();
            var waited = _waited.GetValueOrDefault(key);
            if (!file.Read(ref place, PartBytes, isPatient: waited < Patience, records))
            {
                _waited[key] = waited + 1;
                return false;
            }

            _waited.TryRemove(key, out _);
            await _sender.DeliverAsync(lines.Of(records.WrittenMemory), _stop.Token).ConfigureAwait(false);
            _places.Set(key, place);
            _places.Save();
            if (file.Damaged > told)
            {
                _report($"{path}: {file.Damaged} damaged blocks were passed over; their windows are missing in Elasticsearch");
            }

            if (_time.GetElapsedTime(began) > _tuning.Turn)
            {
                return true;
            }
        }
    }

    /// <summary>Where to go on in a file. At first the kept place is looked at, and the cluster is told what the windows mean.</summary>
    private async Task<FeaturePlace> BeginAsync(FeatureFileName name, string path, FeatureFileFollower file, WindowLines lines)
    {
        var key = name.ToString();
        var place = _places[key];
        if (_begun.Contains(key))
        {
            return place;
        }

        if (!file.Has(place))
        {
            _places.Set(key, place = default);
        }

        if (place.Offset < new FileInfo(path).Length)
        {
            var created = EventClock.ToMicroseconds(new DateTimeOffset(File.GetCreationTimeUtc(path)));
            await _sender.DeliverAsync([lines.Head(name.Day, created)], _stop.Token).ConfigureAwait(false);
        }

        _begun.Add(key);
        return place;
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already, or about to be.
        }
    }

    private Dictionary<string, long> Lengths()
    {
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, path) in FeatureFileName.In(_folder))
        {
            if (new FileInfo(path) is { Exists: true } info)
            {
                lengths[name.ToString()] = info.Length;
            }
        }

        return lengths;
    }
}

/// <summary>What only tests set.</summary>
/// <param name="Timings">Waits after failures.</param>
/// <param name="Tick">Time between two rounds.</param>
/// <param name="Look">How often it is looked whether all has been shipped.</param>
/// <param name="Turn">Time after which newer files are looked at first again.</param>
internal sealed record WindowShippingTuning(SendTimings Timings, TimeSpan Tick, TimeSpan Look, TimeSpan Turn)
{
    public static WindowShippingTuning Standard { get; } =
        new(SendTimings.Standard, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
}
