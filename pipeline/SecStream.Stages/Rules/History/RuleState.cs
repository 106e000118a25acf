using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// What one rule keeps for one key besides the history: alerts that may still change, and what folded items leave behind. Most keys have none.
/// </summary>
public sealed class RuleState(int rule)
{
    private List<AlertDraft>? _alerts;
    private Item[]? _carry;
    private WindowCursor[]? _cursor;

    /// <summary>Index of the rule in its route.</summary>
    public int Rule { get; } = rule;

    /// <summary>Next state of the entity.</summary>
    public RuleState? Next { get; set; }

    /// <summary>Alerts that may still change, in order of opening; only the last may be open. Made when first asked for: see <see cref="HasAlerts"/>.</summary>
    public List<AlertDraft> Alerts => _alerts ??= [];

    /// <summary>Whether there is any alert; most keys never have one.</summary>
    public bool HasAlerts => _alerts is { Count: > 0 };

    /// <summary>The episode open at the fold, with the contributors before it; evaluation starts again from a copy of it.</summary>
    public AlertDraft? FoldedOpen { get; set; }

    /// <summary>NewValue: values of folded items in order of first sight.</summary>
    public List<int>? KnownValues { get; set; }

    /// <summary>ImpossibleTravel: the last folded item with a location; good while <see cref="HasCarry"/>.</summary>
    public Item Carry
    {
        get => _carry![0];
        set => (_carry ??= new Item[1])[0] = value;
    }

    /// <summary>Whether <see cref="Carry"/> holds an item.</summary>
    public bool HasCarry { get; set; }

    /// <summary>EventCount with a high threshold: the running window.</summary>
    public ref WindowCursor Cursor => ref (_cursor ??= new WindowCursor[1])[0];

    /// <summary>Waits for its alerts to be sent.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether nothing is left that a later evaluation could need (the cursor can be made again).</summary>
    public bool IsEmpty => !HasAlerts && FoldedOpen is null && KnownValues is null && !HasCarry;

    /// <summary>Gives all references back.</summary>
    public void Release(LaneMemory memory)
    {
        foreach (var alert in _alerts ?? [])
        {
            alert.Release(memory.Values);
        }

        _alerts?.Clear();
        FoldedOpen?.Release(memory.Values);
        foreach (var value in KnownValues ?? [])
        {
            memory.Values.Release(value);
        }

        if (HasCarry)
        {
            var carry = Carry;
            memory.ReleaseValues(ref carry);
        }
    }
}

/// <summary>Sum of a rule's occurrences in the window that ends at the item processed last; valid for one epoch of the entity.</summary>
public struct WindowCursor
{
    /// <summary>Epoch of the entity it was made in; −1 for none.</summary>
    public int Epoch;

    /// <summary>First item in the window.</summary>
    public int Start;

    /// <summary>One past the last item added.</summary>
    public int End;

    /// <summary>Occurrences between them.</summary>
    public long Sum;

    /// <summary>Whether it has been made at all.</summary>
    public bool IsSet;
}
