using SecStream.Core.Features;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>
/// The windows of an alert about anomalies, in order of their ends. About 24 bytes a window (an episode ends at midnight: some hundred of a profile), 40 per
/// piece of evidence, and the strongest anomaly.
/// </summary>
public sealed class AnomalyEpisode
{
    private readonly List<Window> _windows = [];
    private readonly List<WindowEvent> _evidence = [];
    private int _strongest = ValuePool.None;
    private double _grade;

    /// <summary>Start of the first window.</summary>
    public long Start { get; private set; } = long.MaxValue;

    /// <summary>End of the last window, exclusive.</summary>
    public long End { get; private set; } = long.MinValue;

    /// <summary>
    /// Occurrences in the windows, at least. Windows of one key may overlap or lie within each other, and which occurrences they share is not known: of each key
    /// those windows count that don't overlap and have most.
    /// </summary>
    public long Occurrences { get; private set; }

    /// <summary>Adds a window, which ends no earlier than those before: a reference to the anomaly (<see cref="AnomalyFormat"/>).</summary>
    public void Add(int content, ValuePool pool)
    {
        var anomaly = AnomalyFormat.Read(pool.Get(content), out var subject);
        Start = Math.Min(Start, anomaly.Start);
        End = Math.Max(End, anomaly.End);
        Array.ForEach(anomaly.Evidence, AddEvidence);
        AddWindow(subject, anomaly);
        if (_strongest == ValuePool.None || anomaly.Grade > _grade)
        {
            pool.AddReference(content);
            pool.Release(_strongest);
            _strongest = content;
            _grade = anomaly.Grade;
        }
    }

    /// <summary>The anomaly that the alert tells of: of the highest grade, of those the first.</summary>
    public Anomaly Strongest(ValuePool pool) => AnomalyFormat.Read(pool.Get(_strongest), out _) with { Evidence = [] };

    /// <summary>The windows' first events, in order.</summary>
    public Core.Alerts.EvidenceItem[] Evidence() => [.. _evidence.Select(e => new Core.Alerts.EvidenceItem(e.Id, e.Time, e.Count))];

    /// <summary>A copy with references of its own.</summary>
    public AnomalyEpisode Clone(ValuePool pool)
    {
        var copy = new AnomalyEpisode
        {
            _strongest = pool.AddReference(_strongest),
            _grade = _grade,
            Start = Start,
            End = End,
            Occurrences = Occurrences,
        };
        copy._windows.AddRange(_windows);
        copy._evidence.AddRange(_evidence);
        return copy;
    }

    /// <summary>Gives the references back.</summary>
    public void Release(ValuePool pool)
    {
        pool.Release(_strongest);
        _strongest = ValuePool.None;
    }

    /// <summary>Writes the episode.</summary>
    public void Save(BinaryWriter writer, ValuePool pool)
    {
        StateFormat.WriteBytes(writer, pool.Get(_strongest));
        writer.Write(Start);
        writer.Write(End);
        writer.Write(Occurrences);
        writer.Write(_windows.Count);
        foreach (var window in _windows)
        {
            writer.Write(window.Subject);
            writer.Write(window.End);
            writer.Write(window.Most);
        }

        writer.Write(_evidence.Count);
        foreach (var item in _evidence)
        {
            writer.Write(item.Id.High);
            writer.Write(item.Id.Low);
            writer.Write(item.Time);
            writer.Write(item.Count);
        }
    }

    /// <summary>Reads an episode.</summary>
    public static AnomalyEpisode Load(BinaryReader reader, ValuePool pool)
    {
        var strongest = StateFormat.ReadBytes(reader);
        var episode = new AnomalyEpisode
        {
            _strongest = pool.Intern(strongest),
            _grade = AnomalyFormat.Read(strongest, out _).Grade,
            Start = reader.ReadInt64(),
            End = reader.ReadInt64(),
            Occurrences = reader.ReadInt64(),
        };
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            episode._windows.Add(new Window(reader.ReadUInt64(), reader.ReadInt64(), reader.ReadInt64()));
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            episode._evidence.Add(new WindowEvent(new(reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadInt64(), reader.ReadInt32()));
        }

        return episode;
    }

    /// <summary>The most that windows of the key up to this one can have without overlap: that of the one before, or its own and the most before its start.</summary>
    private void AddWindow(ulong subject, Anomaly anomaly)
    {
        long before = -1, apart = 0;
        for (var i = _windows.Count - 1; i >= 0 && apart == 0; i--)
        {
            if (_windows[i].Subject == subject)
            {
                before = before < 0 ? _windows[i].Most : before;
                apart = _windows[i].End <= anomaly.Start ? _windows[i].Most : 0;
            }
        }

        var most = Math.Max(before, apart + anomaly.Events);
        Occurrences += most - Math.Max(before, 0);
        _windows.Add(new Window(subject, anomaly.End, most));
    }

    /// <summary>Keeps the first of all windows, each event once.</summary>
    private void AddEvidence(WindowEvent item)
    {
        var at = _evidence.BinarySearch(item, EventOrder.Instance);
        if (at >= 0)
        {
            return;
        }

        _evidence.Insert(~at, item);
        if (_evidence.Count > AlertDraft.MaxEvidence)
        {
            _evidence.RemoveAt(AlertDraft.MaxEvidence);
        }
    }

    /// <param name="Subject">Stands for profile and key.</param>
    /// <param name="End">Its end.</param>
    /// <param name="Most">Occurrences in windows of the subject up to this one that don't overlap.</param>
    private readonly record struct Window(ulong Subject, long End, long Most);

    /// <summary>Ids made of source and position stand in the order of events; for others it is an order as good as any.</summary>
    private sealed class EventOrder : IComparer<WindowEvent>
    {
        public static readonly EventOrder Instance = new();

        public int Compare(WindowEvent x, WindowEvent y) =>
            x.Time != y.Time ? x.Time.CompareTo(y.Time)
            : x.Id.High != y.Id.High ? x.Id.High.CompareTo(y.Id.High)
            : x.Id.Low.CompareTo(y.Id.Low);
    }
}
