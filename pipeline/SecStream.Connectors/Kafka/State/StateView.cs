using System.Text;

namespace SecStream.Connectors.Kafka.State;

/// <summary>Who leads the group.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Folder">Identity of its data folder.</param>
public sealed record StateLeader(string Member, string Folder)
{
    internal byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Member}\n{Folder}");

    internal static StateLeader Of(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n') is [var member, var folder] ? new StateLeader(member, folder) : new StateLeader("unknown", "");
}

/// <summary>Lines of a log from a place on.</summary>
/// <param name="Position">Place of the first byte, or number of the first line.</param>
/// <param name="End">Place behind the last byte, or number behind the last line.</param>
/// <param name="Lines">The lines; empty in a view that does not keep them.</param>
public readonly record struct StateLines(long Position, long End, byte[] Lines);

/// <summary>
/// What the state log says, record by record. Of two members that think they lead, the one whose <see cref="StateKind.Lead"/> came later does: what the other
/// writes behind it is not heard. Pure; not thread-safe.
/// </summary>
/// <param name="keepsLines">Lines are kept; who only watches has no use for them, and they may be many while a sink is away.</param>
public sealed class StateView(bool keepsLines)
{
    private readonly List<(long Offset, StateLines Lines)> _control = [];
    private readonly List<(long Offset, StateLines Lines)> _outbox = [];
    private readonly Dictionary<string, StateFile> _versions = new(StringComparer.Ordinal);

    /// <summary>Epoch of the leader; -1: nobody has led yet.</summary>
    public long Epoch { get; private set; } = -1;

    /// <summary>Who leads, or led last; null: not known.</summary>
    public StateLeader? Leader { get; private set; }

    /// <summary>Who led before; null: not known.</summary>
    public StateLeader? Before { get; private set; }

    /// <summary>The leader has left in order.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>The newest whole state; null: there is none.</summary>
    public StateManifest? Manifest { get; private set; }

    /// <summary>Control entries behind the state, in order.</summary>
    public IReadOnlyList<StateLines> Control => [.. _control.Select(c => c.Lines)];

    /// <summary>Lines of the outbox that are needed besides the state, in order.</summary>
    public IReadOnlyList<StateLines> Outbox => [.. _outbox.Select(o => o.Lines)];

    /// <summary>Versions of rules and files, by name.</summary>
    public IReadOnlyDictionary<string, StateFile> Versions => _versions;

    /// <summary>Offset from which on records are needed; what comes before may go.</summary>
    public long Needed { get; private set; }

    /// <summary>Offset of the record seen last; -1: none.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>Notes that an offset has been read, whatever was there.</summary>
    public void Skip(long offset) => Last = offset;

    /// <summary>Takes the next record. Returns whether it counts.</summary>
    public bool Take(long offset, StateRecord record)
    {
        Last = offset;
        if (record.Kind == StateKind.Lead)
        {
            (Epoch, Before, Leader, HasLeft) = (offset, Leader, StateLeader.Of(record.Value), false);
            return true;
        }

        // A leader whose Lead the topic no longer holds is known by what it writes.
        if (record.Epoch < Epoch)
        {
            return false;
        }

        Epoch = record.Epoch;
        switch (record.Kind)
        {
            case StateKind.Leave:
                HasLeft = true;
                break;
            case StateKind.Control:
                _control.Add((offset, Lines(record, record.Value.AsSpan().Count((byte)'\n'))));
                break;
            case StateKind.Outbox:
                _outbox.Add((offset, Lines(record, record.Value.Length)));
                break;
            case StateKind.Version when StateManifest.Of(record.Value) is { } version:
                version.Versions.ToList().ForEach(file => _versions[file.Name] = file);
                break;
            case StateKind.Snapshot when StateManifest.Of(record.Value) is { } manifest:
                Take(offset, manifest);
                break;
        }

        return true;
    }

    private void Take(long offset, StateManifest manifest)
    {
        Manifest = manifest;
        _versions.Clear();
        manifest.Versions.ToList().ForEach(file => _versions[file.Name] = file);

        // A record may hold entries of both sides; the next one tells where it ends.
        _control.RemoveAll(c => c.Lines.End <= manifest.Control || c.Offset < manifest.Since);
        _outbox.RemoveAll(o => o.Lines.End <= manifest.Outbox || o.Offset < manifest.Since);
        Needed = _control.Concat(_outbox).Select(lines => lines.Offset).Append(offset).Min();
    }

    private StateLines Lines(StateRecord record, long count) => new(record.Position, record.Position + count, keepsLines ? record.Value : []);
}
