using SecStream.Core.Features;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>
/// The windows of an alert about anomalies. What it says does not depend on the order in which they were added, but for the strongest of equal grade:
/// that is the first. About 40 bytes a window (a day has 409 of a profile at most), 40 per piece of evidence, and the strongest anomaly.
/// </summary>
public sealed class AnomalyEpisode
{
    private readonly List<Window> _windows = [];
    private readonly List<WindowEvent> _evidence = [];
    private int _strongest = ValuePool.None;
    private double _grade;

    /// <summary>Start of the first window.</summary>
    public long Start => _windows.Min(w => w.Start);

    /// <summary>End of the last window, exclusive.</summary>
    public long End => _windows.Max(w => w.End);

    /// <summary>
    /// Occurrences in the windows. Windows of different lengths lie within each other: what lies within another window of the same key was counted there.
    /// </summary>
    public long Occurrences => _windows.Where(w => !_windows.Exists(w.LiesWithin)).Sum(w => w.Events);

    /// <summary>Adds a window: a reference to the anomaly (<see cref="AnomalyFormat"/>).</summary>
    public void Add(int content, ValuePool pool)
    {
        var anomaly = AnomalyFormat.Read(pool.Get(content), out var subject);
        _windows.Add(new Window(subject, anomaly.Start, anomaly.End, anomaly.Events));
        Array.ForEach(anomaly.Evidence, AddEvidence);
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
        var copy = new AnomalyEpisode { _strongest = pool.AddReference(_strongest), _grade = _grade };
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
        writer.Write(_windows.Count);
        foreach (var window in _windows)
        {
            writer.Write(window.Subject);
            writer.Write(window.Start);
            writer.Write(window.End);
            writer.Write(window.Events);
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
        var episode = new AnomalyEpisode { _strongest = pool.Intern(strongest), _grade = AnomalyFormat.Read(strongest, out _).Grade };
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            episode._windows.Add(new Window(reader.ReadUInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()));
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            episode._evidence.Add(new WindowEvent(new(reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadInt64(), reader.ReadInt32()));
        }

        return episode;
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
    private readonly record struct Window(ulong Subject, long Start, long End, long Events)
    {
        public bool LiesWithin(Window other) => other != this && other.Subject == Subject && other.Start <= Start && other.End >= End;
    }

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
