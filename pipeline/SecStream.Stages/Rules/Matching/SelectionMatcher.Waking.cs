using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <content>The part that puts every event to the waking tests.</content>
public sealed partial class SelectionMatcher
{
    private void Run(FieldProgram program, EventRecord record)
    {
        var value = record.Get(program.Field);
        if (value.Kind is FieldKind.None or FieldKind.Null)
        {
            return;
        }

        foreach (var test in program.Present)
        {
            Hit(test);
        }

        if (value.Kind != FieldKind.Array)
        {
            RunValue(program, Tested(record, program.Field, value, program.ReadsText), json: false);
            return;
        }

        var elements = new JsonElements(record.Text(value));
        while (elements.Next())
        {
            var element = elements.Current;
            var mark = _folded.Mark;
            var text = Plain(element);
            var folded = program.ReadsText ? _folded.Fold(text) : default;
            RunValue(program, new TestedValue(element.Kind, element.Bits, text, folded), json: false);
            _folded.Release(mark);
        }
    }

    private void RunValue(FieldProgram program, in TestedValue value, bool json)
    {
        if (program.Exact is { } exact)
        {
            HitAll(exact.Find(value.Folded), value, json);
        }

        if (program.Prefixes is { } prefixes)
        {
            RunAffixes(prefixes, value, json);
        }

        if (program.Suffixes is { } suffixes)
        {
            RunAffixes(suffixes, value, json);
        }

        if (program.InfixPostings.Length > 0)
        {
            RunInfixes(program, value, json);
        }

        foreach (var test in program.Numeric)
        {
            if (ValueTest.Compares(_index.Tests[test], value))
            {
                Hit(test);
            }
        }

        if (program.Networks is { } networks && Cidr.TryParseAddress(value.Text, out var isV4, out var address))
        {
            for (var group = 0; group < networks.GroupCount; group++)
            {
                foreach (var test in networks.Find(group, isV4, address))
                {
                    Hit(test);
                }
            }
        }
    }

    private void RunAffixes(AffixMap map, in TestedValue value, bool json)
    {
        for (var n = 0; n < map.LengthCount; n++)
        {
            var postings = map.Find(value.Folded, n, out var longer);
            HitAll(postings, value, json);
            if (!longer)
            {
                return;
            }
        }
    }

    private void RunInfixes(FieldProgram program, in TestedValue value, bool json)
    {
        for (var i = 0; i < program.FewInfixes.Length; i++)
        {
            if (value.Folded.IndexOf(program.FewInfixes[i]) >= 0)
            {
                HitAll(program.InfixPostings[i], value, json);
            }
        }

        if (program.Automaton is not { } automaton)
        {
            return;
        }

        // A text found twice in one value is looked at once: the rest of its test sees the whole value anyway.
        _value++;
        var state = 0;
        foreach (var b in value.Folded)
        {
            state = automaton.Step(state, b);
            if (!AhoCorasick.Accepts(state))
            {
                continue;
            }

            for (var text = automaton.Output(state, out var link); text >= 0 || link != 0; text = automaton.NextOutput(ref link))
            {
                if (text >= 0 && _infixSeen[text] != _value)
                {
                    _infixSeen[text] = _value;
                    HitAll(program.InfixPostings[text], value, json);
                }
            }
        }
    }

    private void HitAll(ReadOnlySpan<int> postings, in TestedValue value, bool json)
    {
        foreach (var encoded in postings)
        {
            var posting = new Posting(encoded);
            if (!posting.Verify || CoversWhole(_index.Tests[posting.Test], value, json))
            {
                Hit(posting.Test);
            }
        }
    }

    private static bool CoversWhole(FieldTest test, in TestedValue value, bool json) =>
        ValueTest.Covers(json ? test.JsonPattern ?? test.Pattern! : test.Pattern!, value);

    private void RunKeywords(FieldProgram program, EventRecord record)
    {
        foreach (var test in program.Present)
        {
            Hit(test);
        }

        if (HasMessage(record))
        {
            RunValue(program, new TestedValue(FieldKind.Text, 0, record.Text(Ecs.Message), _folded.Field(record, Ecs.Message)), json: false);
        }

        RunValue(program, new TestedValue(FieldKind.Text, 0, record.Raw, _folded.Raw(record)), IsJson(record));
    }

    private bool AskKeyword(FieldTest test, EventRecord record)
    {
        if (test.Operator == TestOperator.Regex)
        {
            return (HasMessage(record) && ValueTest.Holds(test, new TestedValue(FieldKind.Text, 0, record.Text(Ecs.Message), default), ref _characters))
                || ValueTest.Holds(test, new TestedValue(FieldKind.Text, 0, record.Raw, default), ref _characters);
        }

        if (test.Operator != TestOperator.Text)
        {
            return false;
        }

        return (HasMessage(record)
                && ValueTest.Covers(test.Pattern!, new TestedValue(FieldKind.Text, 0, record.Text(Ecs.Message), _folded.Field(record, Ecs.Message))))
            || CoversWhole(test, new TestedValue(FieldKind.Text, 0, record.Raw, _folded.Raw(record)), IsJson(record));
    }

    // A message that is no text is still seen in the raw line.
    private static bool HasMessage(EventRecord record) => record.Get(Ecs.Message).Kind == FieldKind.Text;

    private static bool IsJson(EventRecord record) => record.Raw is [(byte)'{', ..];
}
