using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Baselines;

internal sealed partial class BaselineLearner
{
    private const double Clip = 3;
    private const double SlotPrior = 50;
    private const double FactorPrior = 100;
    private double[] _slotSums = [];
    private double[] _slotCounts = [];
    private SpreadLearner[] _spreads = [];
    private SpreadLearner[] _classSpreads = [];
    private ClassBaseline? _draft;

    /// <summary>Second pass: a window of a key with a past.</summary>
    public void Season(FeatureVector window, int key)
    {
        _draft ??= Begin();
        if (key < 0 || key >= _own)
        {
            return;
        }

        var slot = calendar.SlotOf(window.Start);
        var events = SpreadLearner.EventBin(window.Events);
        var past = _pasts[key];
        for (var f = 0; f < _count; f++)
        {
            var value = window.Values[f];
            if (double.IsFinite(value))
            {
                var expected = _draft.Expect(key, f, slot, events).Expected;
                _spreads[f].Add(_draft.LevelOf(f, expected), events, _draft.Residual(f, value, expected, window.Events));
                var residual = Math.Clamp(FeatureScaling.To(features[f].Scale, value) - expected, -Clip * _units[f], Clip * _units[f]);
                _slotSums[(slot * _count) + f] += residual;
                _slotCounts[(slot * _count) + f]++;
                past.Extra[f] += residual;
                past.ExtraN[f]++;
            }
        }
    }

    /// <summary>Ends the second pass.</summary>
    public void Settle()
    {
        _draft ??= Begin();
        for (var at = 0; at < _slotSums.Length; at++)
        {
            _season[at] += (float)(_slotSums[at] / (_slotCounts[at] + SlotPrior));
        }

        for (var key = 0; key < _own; key++)
        {
            var past = _pasts[key];
            for (var f = 0; f < _count; f++)
            {
                var level = past.Means[f] + (past.Extra[f] / (past.ExtraN[f] + 1));
                past.Means[f] = ((level * past.ExtraN[f]) + (_classLevels[f] * _levelWeights[f])) / (past.ExtraN[f] + _levelWeights[f]);
                (past.Extra[f], past.ExtraN[f]) = (0, 0);
            }
        }

        _draft = Draft(Ones(), Tables(_spreads), []);
        _spreads = Learners();
        _classSpreads = Learners();
    }

    /// <summary>Third pass: a window of any key.</summary>
    public void Refine(FeatureVector window, int key)
    {
        var slot = calendar.SlotOf(window.Start);
        var events = SpreadLearner.EventBin(window.Events);
        var own = key >= 0 && key < _own;
        for (var f = 0; f < _count; f++)
        {
            var value = window.Values[f];
            if (!double.IsFinite(value))
            {
                continue;
            }

            _classSpreads[f].Add(0, events, _draft!.Residual(f, value, _season[(slot * _count) + f] + _classLevels[f], window.Events));
            if (own)
            {
                var expectation = _draft.Expect(key, f, slot, events);
                var residual = _draft.Residual(f, value, expectation.Expected, window.Events);
                _spreads[f].Add(_draft.LevelOf(f, expectation.Expected), events, residual);
                _pasts[key].Extra[f] += Math.Min(Math.Abs(residual / (residual >= 0 ? expectation.Up : expectation.Down)), Clip);
                _pasts[key].ExtraN[f]++;
            }
        }
    }

    /// <summary>Ends the third pass.</summary>
    public ClassBaseline Build()
    {
        var factors = Ones();
        for (var f = 0; f < _count; f++)
        {
            double sum = 0, count = 0;
            for (var key = 0; key < _own; key++)
            {
                sum += _pasts[key].Extra[f];
                count += _pasts[key].ExtraN[f];
            }

            var usual = count > 0 && sum > 0 ? sum / count : 1;
            for (var key = 0; key < _own; key++)
            {
                var past = _pasts[key];
                var factor = ((past.Extra[f] / usual) + FactorPrior) / (past.ExtraN[f] + FactorPrior);
                factors[(key * _count) + f] = (float)Math.Clamp(factor, 0.5, 3);
            }
        }

        return Draft(factors, Tables(_spreads), Tables(_classSpreads, isClass: true));
    }

    private ClassBaseline Begin()
    {
        _slotSums = new double[WeekCalendar.Slots * _count];
        _slotCounts = new double[WeekCalendar.Slots * _count];
        _spreads = Learners();
        return Draft(Ones(), [], []);
    }

    private float[] Ones()
    {
        var ones = new float[_own * _count];
        Array.Fill(ones, 1);
        return ones;
    }

    /// <summary>A course of a key must be able to reach some twenty times the level.</summary>
    private double ShapeUnit(int f) => features[f].Scale == FeatureScale.Log ? Math.Max(_units[f], 0.2) : _units[f];

    private bool IsShare(int f) => ClassBaseline.IsShare(features[f], _least[f], _most[f]);

    private SpreadLearner[] Learners() => [.. _units.Select((u, f) => new SpreadLearner(IsShare(f) ? 1 : u))];

    private float[][] Tables(SpreadLearner[] learners, bool isClass = false) =>
    [
        .. learners.Select((learner, f) => learner.Build(
            features[f],
            IsShare(f),
            level => isClass ? _classLevels[f] : _levelFrom[f] + (_levelsPerUnit[f] > 0 ? (level + 0.5) / _levelsPerUnit[f] : 0),
            Math.Max(_most[f] - _least[f], 0))),
    ];

    private ClassBaseline Draft(float[] factors, float[][] spreads, float[][] classSpreads)
    {
        var levels = new float[_own * _count];
        for (var key = 0; key < _own; key++)
        {
            for (var f = 0; f < _count; f++)
            {
                levels[(key * _count) + f] = (float)_pasts[key].Means[f];
            }
        }

        float[][] Whole(float[][] tables) => tables.Length > 0 ? tables : [.. features.Select(_ => Flat())];
        return new ClassBaseline(features, new ClassBaseline.Data
        {
            Levels = levels,
            Factors = factors,
            ShapeOf = _shapeOf,
            Shapes = _shapes,
            Season = _season,
            Units = [.. _units.Select((_, f) => ShapeUnit(f))],
            ClassLevels = _classLevels,
            Least = [.. _least.Select(v => double.IsFinite(v) ? v : 0)],
            Most = [.. _most.Select(v => double.IsFinite(v) ? v : 0)],
            LevelFrom = _levelFrom,
            LevelsPerUnit = _levelsPerUnit,
            Spreads = Whole(spreads),
            ClassSpreads = Whole(classSpreads),
        });
    }

    private static float[] Flat()
    {
        var flat = new float[SpreadLearner.Levels * SpreadLearner.EventBins * 2];
        Array.Fill(flat, 1);
        return flat;
    }
}
