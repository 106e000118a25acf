using System.Numerics;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// Finds the detections that match an event. Allocates nothing once its buffers have grown to the largest event. One per worker, not
/// thread-safe; cost is bounded by the size of the event times the number of tests, whatever the event says.
/// </summary>
public sealed partial class SelectionMatcher
{
    private readonly SelectionIndex _index;
    private readonly FoldedTexts _folded;

    // Per test: _false when it was asked and does not hold, _true when it holds, anything else when it was not asked yet.
    private readonly int[] _answers;
    private readonly ulong[] _awake;
    private readonly long[] _infixSeen;
    private long _value;
    private int _false = 2;
    private bool _anyAwake;
    private char[] _characters = new char[256];

    /// <summary>A matcher over an index.</summary>
    public SelectionMatcher(SelectionIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        _index = index;
        _folded = new FoldedTexts(index.FieldCount);
        _answers = new int[index.TestCount];
        _awake = new ulong[index.AlwaysAwake.Length];
        _infixSeen = new long[index.MaxInfixCount];
    }

    private int True => _false + 1;

    /// <summary>
    /// Writes the indexes of the matching detections in ascending order and returns how many there are.
    /// <paramref name="matchedDetections"/> has room for <see cref="SelectionIndex.DetectionCount"/>.
    /// </summary>
    public int Match(EventRecord record, Span<int> matchedDetections)
    {
        Begin(record);
        foreach (var program in _index.Programs)
        {
            if (program.Field == FieldTest.Keyword)
            {
                RunKeywords(program, record);
            }
            else if (record.Has(program.Field))
            {
                Run(program, record);
            }
        }

        return _anyAwake ? Evaluate(record, matchedDetections) : 0;
    }

    private void Begin(EventRecord record)
    {
        record.EnsureFieldCount(_index.FieldCount);
        _folded.Reset();
        _false += 2;
        if (_false >= int.MaxValue - 4)
        {
            Array.Clear(_answers);
            _false = 2;
        }

        _anyAwake = _index.HasAlwaysAwake;
        if (_anyAwake)
        {
            _index.AlwaysAwake.CopyTo(_awake, 0);
        }
    }

    private void Hit(int test)
    {
        if (_answers[test] == True)
        {
            return;
        }

        _answers[test] = True;
        _anyAwake = true;
        foreach (var detection in _index.Wakes[test])
        {
            _awake[detection >> 6] |= 1UL << (detection & 63);
        }
    }

    private int Evaluate(EventRecord record, Span<int> matched)
    {
        var count = 0;
        for (var word = 0; word < _awake.Length; word++)
        {
            var bits = _awake[word];
            _awake[word] = 0;
            for (; bits != 0; bits &= bits - 1)
            {
                var detection = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (Holds(_index.Code[detection], record))
                {
                    matched[count++] = detection;
                }
            }
        }

        return count;
    }

    private bool Holds(JumpStep[] code, EventRecord record)
    {
        var at = 0;
        do
        {
            ref readonly var step = ref code[at];
            at = Answer(step.Test, record) ? step.WhenTrue : step.WhenFalse;
        }
        while (at >= 0);
        return at == JumpCode.Match;
    }

    private bool Answer(int test, EventRecord record)
    {
        var answer = _answers[test];
        if (answer == True)
        {
            return true;
        }

        // A waking test was put to every event already: not hit means no.
        if (answer == _false || _index.Wakes[test].Length > 0)
        {
            return false;
        }

        var holds = Ask(_index.Tests[test], record);
        _answers[test] = holds ? True : _false;
        return holds;
    }

    private bool Ask(FieldTest test, EventRecord record)
    {
        if (test.Field == FieldTest.Keyword)
        {
            return AskKeyword(test, record);
        }

        var value = record.Get(test.Field);
        var present = value.Kind is not (FieldKind.None or FieldKind.Null);
        return test.Operator switch
        {
            TestOperator.Missing => !present,
            TestOperator.Exists => present,
            _ when !present => false,
            TestOperator.OtherField => AskOther(test, record, value),
            _ when value.Kind == FieldKind.Array => AskElements(test, record.Text(value)),
            _ => ValueTest.Holds(test, Tested(record, test.Field, value, NeedsFolding(test)), ref _characters),
        };
    }

    private static bool NeedsFolding(FieldTest test) => test.Pattern is { Cased: false };

    private TestedValue Tested(EventRecord record, int field, in FieldValue value, bool folded) =>
        new(value.Kind, value.Bits, record.Text(value), folded ? _folded.Field(record, field) : default);

    private bool AskElements(FieldTest test, ReadOnlySpan<byte> json)
    {
        var elements = new JsonElements(json);
        while (elements.Next())
        {
            var element = elements.Current;
            var mark = _folded.Mark;
            var text = Plain(element);
            var folded = NeedsFolding(test) ? _folded.Fold(text) : default;
            var holds = ValueTest.Holds(test, new TestedValue(element.Kind, element.Bits, text, folded), ref _characters);
            _folded.Release(mark);
            if (holds)
            {
                return true;
            }
        }

        return test.Operator == TestOperator.Text && test.Pattern!.Shape == PatternShape.Anything;
    }

    private ReadOnlySpan<byte> Plain(in JsonElementValue element)
    {
        if (!element.HasEscapes)
        {
            return element.Text;
        }

        var target = _folded.Take(element.Text.Length);
        return target[..JsonElements.Unescape(element.Text, target)];
    }

    // The other field counts as its whole text; an array there relates to nothing.
    private bool AskOther(FieldTest test, EventRecord record, in FieldValue value)
    {
        var other = record.Get(test.OtherField);
        if (other.Kind is FieldKind.None or FieldKind.Null or FieldKind.Array)
        {
            return false;
        }

        var right = test.Cased ? record.Text(other) : _folded.Field(record, test.OtherField);
        if (value.Kind != FieldKind.Array)
        {
            return ValueTest.Relates(test.Relation, test.Cased ? record.Text(value) : _folded.Field(record, test.Field), right);
        }

        var elements = new JsonElements(record.Text(value));
        while (elements.Next())
        {
            var element = elements.Current;
            var mark = _folded.Mark;
            var text = Plain(element);
            var holds = ValueTest.Relates(test.Relation, test.Cased ? text : _folded.Fold(text), right);
            _folded.Release(mark);
            if (holds)
            {
                return true;
            }
        }

        return false;
    }
}
