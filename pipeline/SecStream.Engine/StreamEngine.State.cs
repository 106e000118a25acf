using System.Diagnostics;
using System.Text;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;

namespace SecStream.Engine;

/// <content>The state of everything as a keyed log: taken while everything stands still, given back before the engine runs.</content>
public sealed partial class StreamEngine
{
    /// <summary>Version of the state's format; a snapshot of another is refused.</summary>
    public const int StateVersion = 1;

    private bool _notesChanges;

    /// <summary>Takes the state at a moment when everything stands still; all of it where changes have not been noted.</summary>
    internal StateDelta Capture(StateExtent extent, IReadOnlyList<IStatePart> parts)
    {
        var started = Stopwatch.GetTimestamp();
        extent = extent == StateExtent.Changes && !_notesChanges ? StateExtent.Base : extent;
        var delta = new StateDelta(extent != StateExtent.Changes);
        using var head = new StateBuffer();
        SaveHead(head);
        foreach (var part in parts)
        {
            part.Save(head, extent);
        }

        delta.Add(head);
        Parallel.For(
            0,
            Row.ShardCount,
            () => new StateBuffer(),
            (shard, _, buffer) =>
            {
                _laneStages[shard % _lanes.Length].Save(shard, buffer, extent);
                return buffer;
            },
            buffer =>
            {
                lock (delta)
                {
                    delta.Add(buffer);
                }

                buffer.Dispose();
            });
        _notesChanges |= extent != StateExtent.Copy;
        delta.Standstill = Stopwatch.GetElapsedTime(started);
        return delta;
    }

    /// <summary>Gives the state back, before <see cref="RunAsync"/>.</summary>
    /// <param name="entries">What was taken, each key once, in order.</param>
    /// <param name="parts">What takes entries that are not the engine's own.</param>
    /// <param name="withShards">False when the rules have changed since: sources go on where they were, all windows begin anew.</param>
    /// <param name="withSink">False when the state was taken on another machine: what the sink has here is its own.</param>
    /// <exception cref="InvalidDataException">The state is damaged or of another version.</exception>
    public void Restore(StateReader entries, IReadOnlyList<IStatePart> parts, bool withShards = true, bool withSink = true)
    {
        while (entries.Read())
        {
            switch (entries.Place.Section)
            {
                case StateSection.Engine:
                    RestoreHead(entries);
                    break;
                case StateSection.Sink:
                    if (withSink)
                    {
                        _sink.Restore(entries.OpenValue());
                    }

                    break;
                case StateSection.Partition:
                    RestorePartition(entries);
                    break;
                case StateSection.Shard or StateSection.Session or StateSection.Entity or StateSection.Profile:
                    if (withShards)
                    {
                        _laneStages[entries.Place.Shard % _lanes.Length].Restore(entries);
                    }

                    break;
                case var section when !parts.Any(part => part.Restore(entries)):
                    throw new InvalidDataException($"nothing here takes the section {section} of the snapshot");
            }
        }

        _notesChanges = withShards;
        Array.ForEach(_lanes, lane => lane.RestoreClocks([.. _watermarks]));
    }

    /// <summary>Gives back what <see cref="Pump.SaveAsync"/> wrote.</summary>
    public void Restore(BinaryReader reader, bool withShards = true)
    {
        using var entries = new StreamStateReader(reader, leaveOpen: true);
        Restore(entries, [], withShards);
    }

    private void SaveHead(StateBuffer head)
    {
        var writer = head.Put(new StatePlace(StateSection.Engine), []);
        writer.Write(StateVersion);
        _sink.Save(head.Put(new StatePlace(StateSection.Sink), []));
        for (var p = 0; p < _sources.Length; p++)
        {
            writer = head.Put(new StatePlace(StateSection.Partition), Encoding.UTF8.GetBytes(_sources[p].Name));
            writer.Write(_watermarks[p]);
            _sources[p].Save(writer);
            _workers[p % _workers.Length].Stage.Save(p, writer);
        }
    }

    private static void RestoreHead(StateReader entries)
    {
        var reader = entries.OpenValue();
        if (reader.ReadInt32() is var version and not StateVersion)
        {
            throw new InvalidDataException($"the state was written in format {version}, this program reads format {StateVersion}");
        }
    }

    /// <summary>
    /// Partitions are known by their names: one that was not there before begins anew; the place of one that is not read now stays in the log, and is
    /// taken up when it is read again.
    /// </summary>
    private void RestorePartition(StateReader entries)
    {
        var name = Encoding.UTF8.GetString(entries.Key);
        var p = Array.FindIndex(_sources, source => source.Name == name);
        if (p < 0)
        {
            _gone.Add(name);
            return;
        }

        var reader = entries.OpenValue();
        _watermarks[p] = reader.ReadInt64();
        _ended[p] = _watermarks[p] == long.MaxValue;
        _sources[p].Restore(reader);
        _workers[p % _workers.Length].Stage.Restore(p, reader);
        entries.EndValue();
    }
}
