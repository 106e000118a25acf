using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Baselines;

internal sealed partial class BaselineLearner
{
    private const int Rounds = 6;
    private const double BeyondChance = 16;
    private readonly double[] _units = new double[features.Length];
    private readonly double[] _classLevels = new double[features.Length];
    private readonly double[] _levelWeights = new double[features.Length];
    private readonly float[] _season = new float[WeekCalendar.Slots * features.Length];
    private readonly double[] _levelFrom = new double[features.Length];
    private readonly double[] _levelsPerUnit = new double[features.Length];
    private sbyte[] _shapes = [];
    private int[] _shapeOf = [];

    /// <summary>Ends the first pass: level = key + slot of the class + course of the key, fitted in turn (backfitting; Breiman and Friedman 1985).</summary>
    public void Solve()
    {
        var keep = new bool[_own];
        for (var f = 0; f < _count; f++)
        {
            var slots = Backfit(f);
            for (var slot = 0; slot < WeekCalendar.Slots; slot++)
            {
                _season[(slot * _count) + f] = (float)slots[WeekCalendar.Coarse(slot)];
            }

            var (within, between) = Variances(f, slots);
            _units[f] = Math.Max(Math.Sqrt(within), FeatureScaling.Least(features[f], _classLevels[f], 0));
            _levelWeights[f] = between > 0 ? Math.Clamp(within / between, 1e-6, 50) : 50;
            Draw(f, slots, within, keep);
            Bin(f);
        }

        Pack(keep);
    }

    /// <summary>Levels into the means of the keys; returns what the class adds in each slot.</summary>
    private double[] Backfit(int f)
    {
        var slots = new double[WeekCalendar.CoarseSlots];
        var (sums, counts) = (new double[slots.Length], new double[slots.Length]);
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(sums);
            Array.Clear(counts);
            foreach (var past in _pasts)
            {
                for (var slot = 0; slot < slots.Length && past.N[f] > 1; slot++)
                {
                    var at = (slot * _count) + f;
                    sums[slot] += past.Sums[at] - (past.Counts[at] * past.Means[f]);
                    counts[slot] += past.Counts[at];
                }
            }

            for (var slot = 0; slot < slots.Length; slot++)
            {
                slots[slot] = sums[slot] / (counts[slot] + 1);
            }

            foreach (var past in _pasts)
            {
                Level(past, f, slots);
            }
        }

        return slots;
    }

    private void Level(KeyPast past, int f, double[] slots)
    {
        double sum = 0, count = 0;
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var at = (slot * _count) + f;
            sum += past.Sums[at] - (past.Counts[at] * slots[slot]);
            count += past.Counts[at];
        }

        past.Means[f] = count > 0 ? sum / count : 0;
    }

    /// <summary>Variance within the slots of a key, and of the levels of keys; the level of the class on the way.</summary>
    private (double Within, double Between) Variances(int f, double[] slots)
    {
        double squares = 0, freedom = 0, levels = 0, keys = 0;
        foreach (var past in _pasts)
        {
            if (past.N[f] < 2)
            {
                continue;
            }

            var mean = 0.0;
            for (var slot = 0; slot < slots.Length; slot++)
            {
                mean += past.Sums[(slot * _count) + f];
            }

            mean /= past.N[f];
            var inside = past.Squares[f];
            var cells = 0;
            for (var slot = 0; slot < slots.Length; slot++)
            {
                var n = past.Counts[(slot * _count) + f];
                if (n > 0)
                {
                    var distance = (past.Sums[(slot * _count) + f] / n) - mean;
                    inside -= n * distance * distance;
                    cells++;
                }
            }

            squares += Math.Max(inside, 0);
            freedom += Math.Max(past.N[f] - cells, 0);
            levels += past.Means[f];
            keys++;
        }

        _classLevels[f] = keys > 0 ? levels / keys : 0;
        var within = freedom > 0 ? squares / freedom : 0;
        var between = 0.0;
        foreach (var past in _pasts)
        {
            var distance = past.N[f] < 2 ? 0 : past.Means[f] - _classLevels[f];
            between += distance * distance;
        }

        return (within, keys > 1 ? between / (keys - 1) : 0);
    }

    /// <summary>Leaves in the sums of each key how its slots differ from level and class, drawn to 0 by how much of that is chance.</summary>
    private void Draw(int f, double[] slots, double within, bool[] keep)
    {
        double squares = 0, noise = 0, cells = 0;
        for (var key = 0; key < _own; key++)
        {
            var past = _pasts[key];
            for (var slot = 0; slot < slots.Length; slot++)
            {
                var at = (slot * _count) + f;
                int n = past.Counts[at];
                past.Sums[at] = n == 0 ? 0 : (float)((past.Sums[at] / n) - past.Means[f] - slots[slot]);
                if (n >= 4)
                {
                    squares += past.Sums[at] * past.Sums[at];
                    noise += within / n;
                    cells++;
                }
            }
        }

        var signal = cells > 0 ? Math.Max((squares - noise) / cells, 0) : 0;
        var prior = signal > 0 ? within / signal : double.PositiveInfinity;
        for (var key = 0; key < _own; key++)
        {
            var past = _pasts[key];
            for (var slot = 0; slot < slots.Length; slot++)
            {
                var at = (slot * _count) + f;
                var drawn = past.Sums[at] * Believed(past.Sums[at], past.Counts[at], within, prior);
                past.Sums[at] = (float)Math.Clamp(Math.Round(drawn * ClassBaseline.ShapeSteps / ShapeUnit(f)), -127, 127);
                keep[key] |= past.Sums[at] != 0;
            }
        }
    }

    /// <summary>
    /// How much of a difference is believed: as much as keys of this class differ at all (<paramref name="prior"/>, in windows), or where it is far beyond chance,
    /// all that chance does not explain: one key that makes its backup at two o'clock must not be taken for the others.
    /// </summary>
    private static double Believed(double difference, int n, double within, double prior)
    {
        if (n < 4 || difference == 0)
        {
            return 0;
        }

        var usual = prior > 60 ? 0 : n / (n + Math.Max(prior, 1));
        return Math.Max(usual, 1 - (BeyondChance * within / (n * difference * difference)));
    }

    /// <summary>Where the levels of spread lie: two thirds on a logarithmic scale, else 32 parts of the range of expected values.</summary>
    private void Bin(int f)
    {
        if (features[f].Scale == FeatureScale.Log)
        {
            (_levelFrom[f], _levelsPerUnit[f]) = (0, 1.5);
            return;
        }

        var levels = _pasts.Where(p => p.N[f] > 1).Select(p => p.Means[f]).Order().ToArray();
        var (low, high) = levels.Length == 0 ? (0, 0) : (levels[levels.Length / 100], levels[levels.Length - 1 - (levels.Length / 100)]);
        _levelFrom[f] = low;
        _levelsPerUnit[f] = high - low > 1e-9 ? SpreadLearner.Levels / (high - low) : 0;
    }

    private void Pack(bool[] keep)
    {
        var kept = keep.Count(k => k);
        var size = WeekCalendar.CoarseSlots * _count;
        _shapes = new sbyte[kept * size];
        _shapeOf = new int[_own];
        var next = 0;
        for (var key = 0; key < _own; key++)
        {
            _shapeOf[key] = keep[key] ? next++ : -1;
            for (var at = 0; at < size && keep[key]; at++)
            {
                _shapes[(_shapeOf[key] * size) + at] = (sbyte)_pasts[key].Sums[at];
            }
        }
    }
}
