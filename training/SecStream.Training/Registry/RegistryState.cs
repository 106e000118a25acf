using System.Text.Json.Serialization;

namespace SecStream.Training.Registry;

/// <summary>Which models are meant: <c>models/registry.json</c>. Immutable.</summary>
public sealed record RegistryState
{
    /// <summary>Format of the file.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Entries of the history that are kept.</summary>
    public const int MaxHistory = 1000;

    /// <summary>Format of the file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Rises with every change, so that whoever watches the file knows that it has changed.</summary>
    public long Revision { get; init; }

    /// <summary>The model that judges; null: none yet.</summary>
    public string? Champion { get; init; }

    /// <summary>The model that judges in its shadow, without alerts; null: none.</summary>
    public string? Challenger { get; init; }

    /// <summary>No judgement of the champion is more severe than this: it found strange windows more often than it promised. Null: no cap. The next champion has none.</summary>
    public string? Cap { get; init; }

    /// <summary>Champions before, the latest last; <c>rollback</c> goes back along them.</summary>
    public IReadOnlyList<string> Former { get; init; } = [];

    /// <summary>What was done, the latest last.</summary>
    public IReadOnlyList<RegistryEntry> History { get; init; } = [];

    /// <summary>The champion before this one; null: there was none.</summary>
    [JsonIgnore]
    public string? FormerChampion => Former.Count > 0 ? Former[^1] : null;

    /// <summary>What a model is now.</summary>
    public ModelRole RoleOf(string id) =>
        id == Champion ? ModelRole.Champion
        : id == Challenger ? ModelRole.Challenger
        : id == FormerChampion ? ModelRole.FormerChampion
        : ModelRole.None;

    /// <summary>Whether somebody has gone back from a model: what a person has rejected no schedule may promote again.</summary>
    public bool WasRolledBack(string id) => History.Any(entry => entry.Action == "rolled_back" && entry.From == id);

    /// <summary>The state after something was done.</summary>
    internal RegistryState With(RegistryEntry entry, Func<RegistryState, RegistryState> change) => change(this) with
    {
        Revision = Revision + 1,
        History = [.. History.Append(entry).TakeLast(MaxHistory)],
    };
}

/// <summary>What a model is.</summary>
public enum ModelRole
{
    /// <summary>One that is kept.</summary>
    None,

    /// <summary>It judges.</summary>
    Champion,

    /// <summary>It judges in the champion's shadow.</summary>
    Challenger,

    /// <summary>It judged before the champion, and will again after a rollback.</summary>
    FormerChampion,
}

/// <summary>Something that was done.</summary>
/// <param name="At">When.</param>
/// <param name="Action"><c>trained</c>, <c>promoted</c>, <c>rolled_back</c>, <c>challenging</c>, <c>capped</c>, <c>pruned</c>, <c>refused</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="By">Who: a user, or <c>schedule</c>.</param>
/// <param name="Forced">Done although the gate refused, or without asking it.</param>
/// <param name="From">The champion before; null: there was none, or it stays.</param>
/// <param name="Note">What there is to say: the gate's reasons.</param>
public sealed record RegistryEntry(DateTimeOffset At, string Action, string Model, string By, bool Forced = false, string? From = null, string? Note = null);
