using SecStream.Connectors.Kafka.State;

namespace SecStream.Host.Serve.Group;

/// <summary>What the state log holds at the moment at which the lead was taken.</summary>
/// <param name="Before">Who led before; null: nobody, or not known.</param>
/// <param name="Manifest">The newest whole state; null: none.</param>
/// <param name="Control">Lines of the control log behind it.</param>
/// <param name="Outbox">Lines of the outbox that are needed besides it.</param>
/// <param name="Versions">Versions of rules and files.</param>
/// <param name="Epoch">Offset of the record by which the lead was taken.</param>
/// <param name="Since">Records before this offset say nothing any more.</param>
internal sealed record GroupState(
    StateLeader? Before, StateManifest? Manifest, IReadOnlyList<StateLines> Control, IReadOnlyList<StateLines> Outbox, IReadOnlyList<StateFile> Versions, long Epoch, long Since)
{
    /// <summary>What a view says.</summary>
    public static GroupState Of(StateView view) =>
        new(view.Before, view.Manifest, view.Control, view.Outbox, [.. view.Versions.Values], view.Epoch, view.Manifest?.Since ?? 0);

    /// <summary>Nothing of before can be gone on from: all begins with this lead.</summary>
    public GroupState Anew() => this with { Manifest = null, Control = [], Outbox = [], Versions = [], Since = Epoch };
}
