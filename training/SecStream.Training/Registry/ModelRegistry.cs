using SecStream.Core.Alerts;
using SecStream.Training.Artefacts;
using SecStream.Training.Files;

namespace SecStream.Training.Registry;

/// <summary>A model that is kept.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Role">What it is now.</param>
/// <param name="Manifest">What its training says of it; null: damaged.</param>
/// <param name="Fault">What is wrong with it; null: nothing.</param>
public sealed record KeptModel(string Id, ModelRole Role, ModelManifest? Manifest, string? Fault);

/// <summary>
/// The models of a data folder, <c>models/ID/</c>, and which of them is meant, <c>models/registry.json</c>. Every change is one rename: before it the old state
/// holds, after it the new one. Of two that change at once one waits or is refused. Reads afresh at every call; thread-safe.
/// </summary>
public sealed class ModelRegistry
{
    private readonly IFileSteps _steps;
    private readonly TimeProvider _time;

    /// <summary>The registry of a data folder.</summary>
    /// <param name="dataDirectory">The data folder; the models are in its folder <c>models</c>.</param>
    /// <param name="time">Clock for the history.</param>
    public ModelRegistry(string dataDirectory, TimeProvider time)
        : this(dataDirectory, time, DiskSteps.Instance)
    {
    }

    internal ModelRegistry(string dataDirectory, TimeProvider time, IFileSteps steps) =>
        (Directory, _time, _steps) = (Path.Combine(dataDirectory, FolderName), time, steps);

    /// <summary>Name of the folder of models in a data folder.</summary>
    public const string FolderName = "models";

    /// <summary>The folder of models.</summary>
    public string Directory { get; }

    /// <summary>Which models are meant.</summary>
    /// <exception cref="InvalidDataException">The registry is damaged.</exception>
    public RegistryState State() => RegistryFile.Read(Directory);

    /// <summary>Ids of the models that are there, oldest first.</summary>
    public IReadOnlyList<string> Ids() => System.IO.Directory.Exists(Directory)
        ? [.. System.IO.Directory.EnumerateDirectories(Directory).Select(Path.GetFileName).OfType<string>().Where(ModelId.IsOne).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The models that are there, oldest first, with what is wrong with them.</summary>
    public IReadOnlyList<KeptModel> List()
    {
        var state = State();
        return [.. Ids().Select(id => Look(id, state.RoleOf(id)))];
    }

    /// <summary>The ids that begin with a text.</summary>
    public IReadOnlyList<string> WithPrefix(string text) => [.. Ids().Where(id => id.StartsWith(text, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Opens a model and checks every byte of it.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not there.</exception>
    public Artefact Open(string id) => Artefact.Open(Path.Combine(Directory, id));

    /// <summary>Keeps a model that was trained. One that is there already, byte for byte, stays.</summary>
    /// <param name="draft">What was trained.</param>
    /// <param name="by">Who.</param>
    /// <returns>Its id.</returns>
    public string Add(ArtefactDraft draft, string by)
    {
        using var turn = Turn();
        var id = draft.Id;
        ArtefactFolder.Sweep(Directory);
        var isNew = ArtefactFolder.Store(_steps, Directory, draft);
        var known = State().History.Any(entry => entry.Action == "trained" && entry.Model == id);
        if (isNew || !known)
        {
            Save(State().With(Entry("trained", id, by), state => state));
        }

        return id;
    }

    /// <summary>Makes a model the champion. The one before is kept for a rollback.</summary>
    /// <param name="id">The model; it is checked first.</param>
    /// <param name="by">Who.</param>
    /// <param name="forced">Although the gate refused, or without asking it.</param>
    /// <param name="note">What there is to say.</param>
    /// <exception cref="InvalidOperationException">It is the champion already.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or not there.</exception>
    public RegistryState Promote(string id, string by, bool forced, string? note) => Promote(id, by, forced, note, State().Champion);

    /// <summary>Makes a model the champion in place of the one that it was compared with.</summary>
    /// <exception cref="InvalidOperationException">It is the champion already, or the champion is another by now.</exception>
    internal RegistryState Promote(string id, string by, bool forced, string? note, string? champion)
    {
        Open(id);
        using var turn = Turn();
        var before = State();
        if (before.Champion == id)
        {
            throw new InvalidOperationException($"{id} is the champion already");
        }

        if (before.Champion != champion)
        {
            throw new InvalidOperationException($"the champion has changed meanwhile, from {champion ?? "none"} to {before.Champion ?? "none"}; promote again");
        }

        return Save(before.With(Entry("promoted", id, by, forced, before.Champion, note), state => state with
        {
            Champion = id,
            Cap = null,
            Challenger = state.Challenger == id ? null : state.Challenger,
            Former = before.Champion is { } former ? [.. state.Former.Where(f => f != former && f != id), former] : state.Former,
        }));
    }

    /// <summary>Makes the champion before the champion again.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or not there.</exception>
    public RegistryState Rollback(string by, string? note)
    {
        using var turn = Turn();
        var before = State();
        var former = before.FormerChampion
            ?? throw new InvalidOperationException(before.Champion is null ? "there is no champion to roll back from" : $"there was no champion before {before.Champion}");
        Open(former);
        return Save(before.With(Entry("rolled_back", former, by, from: before.Champion, note: note), state => state with
        {
            Champion = former,
            Cap = null,
            Challenger = state.Challenger == former ? null : state.Challenger,
            Former = [.. state.Former.SkipLast(1)],
        }));
    }

    /// <summary>Caps what the champion may say, until another model is promoted. A cap that is there already is never loosened.</summary>
    /// <param name="severity">No judgement is more severe.</param>
    /// <param name="by">Who.</param>
    /// <param name="reasons">Why.</param>
    /// <returns>Whether anything has changed.</returns>
    public bool CapChampion(Severity severity, string by, string reasons)
    {
        using var turn = Turn();
        var before = State();
        var cap = severity.ToString().ToLowerInvariant();
        if (before.Champion is null || (before.Cap is { } now && RegistryFile.SeverityOf(now) <= severity))
        {
            return false;
        }

        Save(before.With(Entry("capped", before.Champion, by, note: reasons), state => state with { Cap = cap }));
        return true;
    }

    /// <summary>Lets a model judge in the champion's shadow; null: none any more.</summary>
    /// <exception cref="InvalidOperationException">It is the champion.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or not there.</exception>
    public RegistryState Challenge(string? id, string by)
    {
        if (id is not null)
        {
            Open(id);
        }

        using var turn = Turn();
        var before = State();
        if (id is not null && id == before.Champion)
        {
            throw new InvalidOperationException($"{id} is the champion; a challenger is another model");
        }

        return Save(before.With(Entry("challenging", id ?? before.Challenger ?? "none", by, note: id is null ? "no longer" : null), state => state with { Challenger = id }));
    }

    /// <summary>Records that the gate refused a model.</summary>
    public RegistryState Refuse(string id, string by, string reasons)
    {
        using var turn = Turn();
        return Save(State().With(Entry("refused", id, by, note: reasons), state => state));
    }

    /// <summary>Deletes models, oldest first, until so many are left beside the champion, the challenger and the champion before.</summary>
    /// <returns>The ids deleted.</returns>
    public IReadOnlyList<string> Prune(int keep, string by)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        using var turn = Turn();
        var state = State();
        var gone = Ids().Where(id => state.RoleOf(id) == ModelRole.None).SkipLast(keep).ToList();
        if (gone.Count == 0)
        {
            return gone;
        }

        // Told first: a rollback to one that is half deleted is then not offered.
        state = state with { Former = [.. state.Former.Where(id => !gone.Contains(id))] };
        foreach (var id in gone)
        {
            state = state.With(Entry("pruned", id, by), s => s);
        }

        Save(state);
        gone.ForEach(id => ArtefactFolder.Delete(_steps, Directory, id));
        return gone;
    }

    private KeptModel Look(string id, ModelRole role)
    {
        try
        {
            return new KeptModel(id, role, Open(id).Manifest, null);
        }
        catch (InvalidDataException fault)
        {
            // Listed with its fault: the others can still be used.
            return new KeptModel(id, role, null, fault.Message);
        }
    }

    private RegistryState Save(RegistryState state)
    {
        WholeFile.Replace(_steps, Path.Combine(Directory, RegistryFile.Name), RegistryFile.Write(state));
        return state;
    }

    private RegistryEntry Entry(string action, string model, string by, bool forced = false, string? from = null, string? note = null) =>
        new(_time.GetUtcNow(), action, model, by, forced, from, note);

    private RegistryTurn Turn() => RegistryTurn.Take(Directory);
}
