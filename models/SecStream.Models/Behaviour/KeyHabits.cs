using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Behaviour;

/// <summary>
/// What a training gathers of the habits of a key: values of each category with the windows that had them, and the slots of the week it was active in. Everything
/// fades by the adaptation rate a day. At most 32 values a category: the one seen least goes.
/// </summary>
internal sealed class KeyHabits(int categories, long first)
{
    public const int MostValues = 32;
    private readonly int[] _held = new int[categories];
    private long _day = first / WeekCalendar.Day;
    private ulong _today;

    public long First { get; } = first;

    /// <summary>[category]: windows with a known list, faded.</summary>
    public float[] Windows { get; } = new float[categories];

    /// <summary>[category]: of these, such that brought something new.</summary>
    public float[] News { get; } = new float[categories];

    /// <summary>[category][value].</summary>
    public ulong[][] Hashes { get; } = [.. Enumerable.Range(0, categories).Select(_ => Array.Empty<ulong>())];

    /// <summary>[category][value]: windows that had it, faded.</summary>
    public float[][] Weights { get; } = [.. Enumerable.Range(0, categories).Select(_ => Array.Empty<float>())];

    /// <summary>Days active in a coarse slot, faded.</summary>
    public float[] Active { get; } = new float[WeekCalendar.CoarseSlots];

    /// <summary>Working days and days of weekends since it was first seen, faded.</summary>
    public float[] Days { get; } = new float[2];

    public int Held(int category) => _held[category];

    /// <summary>Lets days pass.</summary>
    public void GoTo(long start, float keep, WeekCalendar calendar)
    {
        var day = start / WeekCalendar.Day;
        if (Days[0] + Days[1] == 0)
        {
            Days[calendar.IsWeekend(day) ? 1 : 0] = 1;
            return;
        }

        for (; _day < day; _day++)
        {
            Fade(keep);
            Days[calendar.IsWeekend(_day + 1) ? 1 : 0]++;
            _today = 0;
        }
    }

    /// <summary>Takes activity in a coarse slot.</summary>
    public void TakeHour(int coarse)
    {
        if (((_today >> coarse) & 1) == 0)
        {
            _today |= 1UL << coarse;
            Active[coarse]++;
        }
    }

    /// <summary>Takes the values of a window; returns whether one of them is new.</summary>
    public bool Take(int category, List<CategoryCount> values)
    {
        var isNew = false;
        foreach (var value in values)
        {
            var at = Find(category, value.Hash);
            if (at < 0)
            {
                isNew = true;
                at = Place(category, value.Hash);
            }

            Weights[category][at]++;
        }

        Windows[category]++;
        News[category] += isNew ? 1 : 0;
        return isNew;
    }

    public int Find(int category, ulong hash) => Hashes[category].AsSpan(0, _held[category]).IndexOf(hash);

    private int Place(int category, ulong hash)
    {
        var held = _held[category];
        if (held == Hashes[category].Length && held < MostValues)
        {
            Array.Resize(ref Hashes[category], Math.Max(2, 2 * held));
            Array.Resize(ref Weights[category], Math.Max(2, 2 * held));
        }

        var at = held;
        if (held == MostValues)
        {
            at = 0;
            for (var i = 1; i < held; i++)
            {
                at = Weights[category][i] < Weights[category][at] ? i : at;
            }
        }
        else
        {
            _held[category]++;
        }

        (Hashes[category][at], Weights[category][at]) = (hash, 0);
        return at;
    }

    private void Fade(float keep)
    {
        for (var category = 0; category < Windows.Length; category++)
        {
            Windows[category] *= keep;
            News[category] *= keep;
            foreach (ref var weight in Weights[category].AsSpan(0, _held[category]))
            {
                weight *= keep;
            }
        }

        foreach (ref var active in Active.AsSpan())
        {
            active *= keep;
        }

        Days[0] *= keep;
        Days[1] *= keep;
    }
}
