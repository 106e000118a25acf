using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Rows;
using SecStream.Stages.Profiles.Windows;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>An event for profiles: where it stands, and its fields.</summary>
internal sealed record ProfileEvent(int Source, long Position, long Time, int Count, RowMarks Marks, IReadOnlyDictionary<string, object> Fields)
{
    public EventId Id => new((ulong)Source, ((ulong)Position << 24) | 7);

    public object? this[string field] => Fields.GetValueOrDefault(field);
}

/// <summary>Profiles from text, and rows made of events as a worker makes them.</summary>
internal sealed class ProfileHarness
{
    private readonly FieldCatalog _catalog = new();
    private readonly SelectionMatcher _matcher;
    private readonly ProfileEmitter _emitter;
    private readonly EventRecord _record;
    private readonly int[] _matched;

    public ProfileHarness(params string[] yaml)
    {
        Rules = new RuleCompiler(_catalog).Compile([], yaml.Select((text, i) => new RuleSource($"profiles/p{i}.yml", text)));
        if (Rules.HasErrors)
        {
            throw new InvalidOperationException(string.Join('\n', Rules.Issues));
        }

        _matcher = new SelectionMatcher(new SelectionIndex(Rules.Detections, _catalog));
        _emitter = new ProfileEmitter(Rules, "default");
        _record = new EventRecord(_catalog.Count);
        _matched = new int[Rules.Detections.Count];
    }

    public RuleSet Rules { get; }

    public IReadOnlyList<Profile> Profiles => Rules.Profiles;

    /// <summary>The rows of an event.</summary>
    public byte[] Rows(ProfileEvent e)
    {
        _record.Reset([], 0, 0);
        _record.Time = e.Time;
        _record.Count = e.Count;
        foreach (var (name, value) in e.Fields)
        {
            var field = _catalog.Intern(name);
            _record.EnsureFieldCount(_catalog.Count);
            switch (value)
            {
                case string text:
                    _record.SetText(field, Encoding.UTF8.GetBytes(text));
                    break;
                case double number:
                    _record.SetFloat(field, number);
                    break;
                default:
                    _record.SetInteger(field, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        var buffer = new RowBuffer();
        var matches = _matcher.Match(_record, _matched);
        _emitter.Emit(_record, _matched.AsSpan(0, matches), new RowStamp(e.Time, (ulong)e.Source, e.Position, e.Id, false, e.Marks), [.. Enumerable.Repeat(buffer, Row.ShardCount)]);
        return buffer.Bytes.ToArray();
    }

    /// <summary>An empty shard.</summary>
    public ProfileShard Shard(WindowLog log, ProfileShardOptions? options = null) => new(Profiles, options ?? new ProfileShardOptions(), log, 7);

    /// <summary>Gives a shard an event's rows.</summary>
    public void Accept(ProfileShard shard, ProfileEvent e) => Accept(shard, Rows(e));

    public static void Accept(ProfileShard shard, byte[] rows)
    {
        for (var at = 0; at < rows.Length;)
        {
            var row = new Row(rows.AsSpan(at));
            at += row.Bytes.Length;
            shard.Accept(row);
        }
    }

    /// <summary>A shard that goes on from another's state.</summary>
    public ProfileShard Copy(ProfileShard shard, WindowLog log, ProfileShardOptions? options = null)
    {
        using var delta = new StateDelta(isFull: true);
        using (var buffer = new StateBuffer())
        {
            shard.Save(3, buffer, StateExtent.Base);
            delta.Add(buffer);
        }

        using var sorted = delta.Sorted();
        return Restored(sorted, log, options);
    }

    public ProfileShard Restored(StateReader entries, WindowLog log, ProfileShardOptions? options = null)
    {
        var copy = Shard(log, options);
        while (entries.Read())
        {
            copy.Restore(entries);
            entries.EndValue();
        }

        return copy;
    }
}

/// <summary>Notes what a shard says of windows.</summary>
internal sealed class WindowLog : IWindowSink
{
    /// <summary>The last word on each window.</summary>
    public SortedDictionary<string, string> Closed { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Finals { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, FeatureVector> Vectors { get; } = [];

    public List<string> Order { get; } = [];

    public int RevisedCount { get; private set; }

    void IWindowSink.Closed(FeatureVector window, bool revised)
    {
        var name = Name(window);
        Xunit.Assert.Equal(Closed.ContainsKey(name), revised);
        Xunit.Assert.False(Finals.ContainsKey(name), "told of after it was final: " + name);
        Closed[name] = Text(window);
        RevisedCount += revised ? 1 : 0;
        Order.Add((revised ? "revised " : "closed ") + name);
    }

    void IWindowSink.Final(FeatureVector window)
    {
        Finals.Add(Name(window), Text(window));
        Vectors.Add(Name(window), window.Copy());
        Order.Add("final " + Name(window));
    }

    public static string Name(FeatureVector window) =>
        $"{window.End:D20} {window.Schema.Profile} {window.Window / EventClock.Minute:D5}m {Encoding.UTF8.GetString(window.Key).Replace('\0', ',')}";

    private static string Text(FeatureVector w) =>
        $"{w.Events} [{string.Join(' ', w.Values.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}] "
        + string.Join(' ', w.Categories.Select(c => "{" + string.Join(',', c.Select(v => $"{v.Text}={v.Count}")) + "}"))
        + $" steps {string.Join(',', w.Steps)} evidence {string.Join(',', w.Evidence.Select(e => $"{e.Time}/{e.Id}/{e.Count}"))}";
}
