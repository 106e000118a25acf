using SecStream.Core.Features;
using SecStream.Models.ActionOrder;
using SecStream.Models.Baselines;
using SecStream.Models.Behaviour;
using SecStream.Models.IsolationForest;
using SecStream.Models.Vectors;

namespace SecStream.Models.WindowModels;

/// <summary>Fits a <see cref="ClassModel"/> in three passes over the days to fit; memory is that of the keys and a sample of windows.</summary>
internal sealed class ClassLearner(FeatureSchema schema, WeekCalendar calendar, WindowModelOptions options, ulong seed)
{
    private const double GateShare = 0.8;
    private readonly BaselineLearner _baseline = new(schema.Features, calendar);
    private readonly BehaviourLearner _behaviour = new(schema, calendar, options, Draw.Seed(seed, 1));
    private readonly ActionLearner _actions = new(options.MaxOrder);
    private readonly Reservoir<FeatureVector> _sample = new(options.SampleWindows, Draw.Seed(seed, 2));
    private readonly int[] _judged = [.. schema.Features.Index().Where(f => f.Item.Weight > 0).Select(f => f.Index)];
    private readonly double[] _known = new double[schema.Features.Length];
    private KeyTable _keys = new();
    private int[] _firstSeen = [];
    private int _own;
    private long _end;

    /// <summary>Windows learned from.</summary>
    public long Windows { get; private set; }

    /// <summary>A sample of them.</summary>
    public IReadOnlyList<FeatureVector> Sample => _sample.Items;

    /// <summary>Share of windows in which a feature was known.</summary>
    public double Known(int feature) => _known[feature] / Math.Max(Windows, 1);

    /// <summary>Learns.</summary>
    public ClassModel Learn(TrainingPass pass, IReadOnlyList<long> days)
    {
        _end = (days[^1] + 1) * WeekCalendar.Day;
        Windows = pass.Over("learn", days, First);
        Sort();
        _baseline.Solve();
        pass.Over("learn the season", days, window => _baseline.Season(window, _keys.Find(KeyTable.Hash(window.Key))));
        _baseline.Settle();
        pass.Over("refine", days, Third);
        return Build();
    }

    private void First(FeatureVector window)
    {
        var key = _keys.FindOrAdd(KeyTable.Hash(window.Key), options.MaxKeys);
        for (var f = 0; f < _known.Length; f++)
        {
            _known[f] += double.IsFinite(window.Values[f]) ? 1 : 0;
        }

        if (key >= 0)
        {
            _baseline.Learn(window, key);
            _behaviour.Learn(window, key);
        }

        if (schema.HasSteps)
        {
            _actions.Learn(window.Steps);
        }
    }

    private void Third(FeatureVector window)
    {
        _baseline.Refine(window, _keys.Find(KeyTable.Hash(window.Key)));
        var place = _sample.Offer();
        if (place >= 0)
        {
            _sample.Put(place, Slim(window));
        }
    }

    /// <summary>A copy of what is needed of a window of the sample: no values of categories, no actions.</summary>
    private static FeatureVector Slim(FeatureVector window) => new()
    {
        Schema = window.Schema,
        Key = [.. window.Key],
        Start = window.Start,
        End = window.End,
        Events = window.Events,
        Values = [.. window.Values],
        Categories = [],
    };

    /// <summary>Keys with a past first, else in the order in which they came.</summary>
    private void Sort()
    {
        // Windows of a day: five of a week are a past.
        var least = calendar.HasHours ? options.LearningWindows : Math.Min(options.LearningWindows, Math.Max(options.LearningDays - 2, 1));
        bool HasPast(int key) => _end - _baseline.Pasts[key].First >= options.LearningDays * WeekCalendar.Day && _baseline.Pasts[key].Windows >= least;
        var order = Enumerable.Range(0, _keys.Count).OrderBy(key => HasPast(key) ? 0 : 1).ThenBy(key => key).ToArray();
        _own = order.Count(HasPast);
        var keys = new KeyTable();
        foreach (var key in order)
        {
            keys.Add(_keys.HashOf(key));
        }

        _keys = keys;
        _baseline.Reorder(order, _own);
        _behaviour.Reorder(order);
        _firstSeen = [.. _baseline.Pasts.Select(p => (int)(p.First / 60_000_000))];
    }

    private ClassModel Build()
    {
        var hasHabits = _own > 0 && _behaviour.Sample.Count > 0 && (schema.Categories.Length > 0 || calendar.HasHours);
        var model = new ClassModel
        {
            Schema = schema,
            Calendar = calendar,
            Keys = _keys,
            Own = _own,
            FirstSeen = _firstSeen,
            LearningDays = options.LearningDays,
            End = _end,
            Judged = _judged,
            Baseline = _baseline.Build(),
            OwnCurves = [],
            ClassCurves = [],
            OwnMix = new SurpriseMix(FeatureWeights(), 1),
            ClassMix = new SurpriseMix(FeatureWeights(), 1),
            Forest = null,
            ForestGate = 0,
            Habits = hasHabits ? _behaviour.Build(_own, _end) : null,
            HabitCurves = [.. Enumerable.Range(0, schema.Categories.Length + 1).Select(c => SurpriseCurve.Discrete([.. _behaviour.Sample.Select(row => row[c])]))],
            HabitMix = SurpriseMix.Sum(HabitWeights()),
            Actions = schema.HasSteps && _actions.Windows > 0 ? _actions.Build() : null,
        };
        return WithForest(WithCurves(model));
    }

    private double[] FeatureWeights() => [.. _judged.Select(f => schema.Features[f].Weight)];

    private double[] HabitWeights() => [.. schema.Categories.Select(c => Math.Max(c.Weight, 0)), calendar.HasHours ? options.HoursWeight : 0];

    private ClassModel WithCurves(ClassModel model)
    {
        var withCurves = model with { OwnCurves = Curves(model, own: true), ClassCurves = Curves(model, own: false) };
        return withCurves with
        {
            OwnMix = SurpriseMix.Fit(FeatureWeights(), Surprises(withCurves, own: true)),
            ClassMix = SurpriseMix.Fit(FeatureWeights(), Surprises(withCurves, own: false)),
        };
    }

    private SurpriseCurve[] Curves(ClassModel model, bool own)
    {
        var sides = _judged.SelectMany(_ => new[] { new List<double>(), new List<double>() }).ToArray();
        var known = new int[_judged.Length];
        foreach (var deviations in Each(model, own, scorer => scorer.Deviations))
        {
            for (var i = 0; i < deviations.Length; i++)
            {
                known[i] += double.IsNaN(deviations[i]) ? 0 : 1;
                if (deviations[i] != 0 && !double.IsNaN(deviations[i]))
                {
                    sides[deviations[i] > 0 ? 2 * i : (2 * i) + 1].Add(Math.Abs(deviations[i]));
                }
            }
        }

        return [.. sides.Select((side, at) => SurpriseCurve.Continuous(side, side.Count / (double)Math.Max(known[at / 2], 1)))];
    }

    private List<double[]> Surprises(ClassModel model, bool own) => [.. Each(model, own, scorer => scorer.Surprises).Select(s => s.ToArray())];

    private ClassModel WithForest(ClassModel model)
    {
        var rows = Each(model, own: true, scorer => scorer.Row).SelectMany(row => row.ToArray()).ToArray();
        if (_judged.Length < 2 || rows.Length < 2 * _judged.Length)
        {
            return model;
        }

        var forest = (IsolationForestDetector)new IsolationForestTrainer(options.Forest).Fit(rows, _judged.Length, Draw.Seed(seed, 3));
        var scores = Surprises(model, own: true).Select(s => model.OwnMix.Score(s)).Order().ToArray();
        return model with { Forest = forest, ForestGate = scores[(int)(GateShare * (scores.Length - 1))] };
    }

    /// <summary>What the scorer works out for the windows of the sample; the array given is good until the next.</summary>
    private IEnumerable<double[]> Each(ClassModel model, bool own, Func<WindowScorer, double[]> what)
    {
        var scorer = new WindowScorer(model);
        foreach (var window in _sample.Items)
        {
            var key = own ? scorer.KeyOf(window) : -1;
            if (own && key < 0)
            {
                continue;
            }

            scorer.Deviate(window, key, calendar.SlotOf(window.Start));
            yield return what(scorer);
        }
    }
}
