using System.Runtime.InteropServices;
using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Behaviour;

/// <summary>
/// Learns <see cref="ClassHabits"/> in one pass. Before a window of a key old enough is learned, it is judged by what was known until then: only so is it seen how
/// often keys of this class bring something new.
/// </summary>
internal sealed class BehaviourLearner(FeatureSchema schema, WeekCalendar calendar, WindowModelOptions options, ulong seed)
{
    private const int MostClassValues = 65_536;
    private const int MostTexts = 1 << 20;
    private readonly int _categories = schema.Categories.Length;
    private readonly List<KeyHabits> _habits = [];
    private readonly Dictionary<ulong, long>[] _values = [.. schema.Categories.Select(_ => new Dictionary<ulong, long>())];
    private readonly long[] _windows = new long[schema.Categories.Length];
    private readonly double[] _judged = new double[schema.Categories.Length];
    private readonly double[] _news = new double[schema.Categories.Length];
    private readonly double[] _active = new double[WeekCalendar.CoarseSlots];
    private readonly double[] _days = new double[2];
    private readonly Dictionary<ulong, string> _texts = [];
    private readonly Reservoir<double[]> _sample = new(options.SampleWindows, seed);
    private readonly double[] _room = new double[schema.Categories.Length + 1];

    /// <summary>Surprises of windows judged on the way: categories, then the hour.</summary>
    public List<double[]> Sample => _sample.Items;

    /// <summary>A window of a key; a key unseen so far has the next number.</summary>
    public void Learn(FeatureVector window, int key)
    {
        if (key == _habits.Count)
        {
            _habits.Add(new KeyHabits(_categories, window.Start));
        }

        var habits = _habits[key];
        habits.GoTo(window.Start, (float)(1 - options.AdaptationRate), calendar);
        var coarse = WeekCalendar.Coarse(calendar.SlotOf(window.Start));
        var isOld = window.Start - habits.First >= options.LearningDays * WeekCalendar.Day;
        if (isOld)
        {
            Judge(window, habits, coarse);
        }

        habits.TakeHour(coarse);
        for (var c = 0; c < _categories; c++)
        {
            Learn(window.Categories[c], c, habits, isOld);
        }
    }

    /// <summary>Puts the keys into another order.</summary>
    public void Reorder(int[] order)
    {
        var habits = order.Select(number => _habits[number]).ToArray();
        _habits.Clear();
        _habits.AddRange(habits);
    }

    /// <summary>Ends the pass.</summary>
    /// <param name="own">Keys that have a past of their own; they come first.</param>
    /// <param name="end">End of the days learned from.</param>
    public ClassHabits Build(int own, long end)
    {
        var novelty = new double[_categories];
        for (var c = 0; c < _categories; c++)
        {
            novelty[c] = _judged[c] > 0 ? (_news[c] + 1) / (_judged[c] + 2) : 0.01;
        }

        foreach (var habits in _habits)
        {
            habits.GoTo(end - 1, (float)(1 - options.AdaptationRate), calendar);
            for (var slot = 0; slot < _active.Length; slot++)
            {
                _active[slot] += habits.Active[slot];
            }

            _days[0] += habits.Days[0];
            _days[1] += habits.Days[1];
        }

        return ClassHabitsBuilder.Build(_habits, own, novelty, _values, _windows, ClassHours(), _texts, calendar.HasHours);
    }

    private void Judge(FeatureVector window, KeyHabits habits, int coarse)
    {
        var place = _sample.Offer();
        if (place < 0)
        {
            return;
        }

        for (var c = 0; c < _categories; c++)
        {
            _room[c] = 0;
            var share = _judged[c] > 0 ? (_news[c] + 1) / (_judged[c] + 2) : 0.01;
            var novelty = BehaviourSurprise.Novelty(habits.News[c], habits.Windows[c], share);
            foreach (var value in window.Categories[c])
            {
                var at = habits.Find(c, value.Hash);
                var surprise = at >= 0
                    ? BehaviourSurprise.OfKnown(habits.Weights[c][at] / habits.Windows[c], novelty)
                    : BehaviourSurprise.OfNew(novelty, _values[c].GetValueOrDefault(value.Hash) / (double)Math.Max(_windows[c], 1));
                _room[c] = Math.Max(_room[c], surprise);
            }
        }

        _room[_categories] = calendar.HasHours ? OfHour(habits, coarse) : 0;
        _sample.Put(place, [.. _room]);
    }

    /// <summary>While learning the class is not known yet; what is usual of it is taken for 5 %.</summary>
    private static double OfHour(KeyHabits habits, int coarse)
    {
        var kind = coarse / 24;
        var beside = habits.Active[(kind * 24) + ((coarse + 1) % 24)] + habits.Active[(kind * 24) + ((coarse + 23) % 24)];
        return BehaviourSurprise.OfHour(habits.Active[coarse], beside / 2, habits.Days[kind], 0.05);
    }

    private void Learn(List<CategoryCount> values, int category, KeyHabits habits, bool isOld)
    {
        if (values.Count == 0)
        {
            return;
        }

        foreach (var value in values)
        {
            if (_values[category].Count < MostClassValues || _values[category].ContainsKey(value.Hash))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_values[category], value.Hash, out _)++;
            }

            if (_texts.Count < MostTexts)
            {
                _texts.TryAdd(value.Hash, value.Text);
            }
        }

        _windows[category]++;
        var isNew = habits.Take(category, values);
        _judged[category] += isOld ? 1 : 0;
        _news[category] += isOld && isNew ? 1 : 0;
    }

    private double[] ClassHours() => [.. _active.Select((sum, slot) => Math.Clamp(sum / Math.Max(_days[slot / 24], 1), 1e-4, 1))];
}
