using System.Diagnostics;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

// What the group gives and takes, and what is committed to it.
public sealed partial class KafkaReader
{
    private List<TopicPartition> _assignment = [];
    private Dictionary<TopicPartition, long> _committed = [];
    private Task _committing = Task.CompletedTask;
    private long _rebalances;
    private long _commits;
    private long _commitFailures;

    /// <summary>
    /// Commits positions that are durable to the group: for tools that show the lag, and for a member without state. Never fails: what could not be
    /// committed is counted, and goes with the next call. A call while one is under way does nothing. Only partitions of this member are committed.
    /// </summary>
    public Task CommitAsync(IReadOnlyList<KafkaPosition> positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        if (!_committing.IsCompleted || _state != KafkaReaderState.Reading)
        {
            return Task.CompletedTask;
        }

        var assigned = Sources.Where(s => s.NextOffset >= 0).Select(s => new TopicPartition(s.Topic, s.Partition)).ToHashSet();
        var offsets = positions
            .Select(p => new TopicPartitionOffset(p.Topic, p.Partition, p.Offset))
            .Where(p => p.Offset.Value >= 0 && assigned.Contains(p.TopicPartition) && _committed.GetValueOrDefault(p.TopicPartition, -1) != p.Offset.Value)
            .ToList();
        return offsets.Count == 0 ? Task.CompletedTask : _committing = Task.Run(() => Commit(offsets));
    }

    /// <summary>The positions of the sources that are known; what to commit once they stand in a durable snapshot.</summary>
    public IReadOnlyList<KafkaPosition> Positions() => [.. Sources.Where(s => s.HasPosition).Select(s => new KafkaPosition(s.Topic, s.Partition, s.Position))];

    private void Commit(List<TopicPartitionOffset> offsets)
    {
        try
        {
            _consumer.Commit(offsets);
            var committed = new Dictionary<TopicPartition, long>(_committed);
            offsets.ForEach(o => committed[o.TopicPartition] = o.Offset.Value);
            _committed = committed;
            Interlocked.Increment(ref _commits);
        }
        catch (KafkaException)
        {
            // The positions are safe in the snapshot; the next commit carries them, too.
            Interlocked.Increment(ref _commitFailures);
        }
    }

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        Interlocked.Increment(ref _rebalances);
        _assignment = partitions;
        ClearFault(null);
        return Take(partitions);
    }

    private List<TopicPartitionOffset> Take(List<TopicPartition> partitions)
    {
        Rest();
        _state = KafkaReaderState.Reading;
        var offsets = new List<TopicPartitionOffset>(partitions.Count);
        foreach (var partition in partitions.Where(IsSource))
        {
            // Nothing known: what the group has committed, and without that an error, upon which the beginning is looked for.
            var offset = _byTopic[partition.Topic][partition.Partition.Value].Assign();
            offsets.Add(new TopicPartitionOffset(partition, offset >= 0 ? offset : Offset.Stored));
        }

        return offsets;
    }

    /// <summary>
    /// Reading goes on where the sources are. The client has stopped a partition that had no offset to go on with, and takes no seek to one; it is told
    /// the whole assignment again, which is the one way the classic protocol of groups has.
    /// </summary>
    private void AssignAnew()
    {
        var offsets = _assignment.Where(IsSource).Select(p => (Place: p, Next: _byTopic[p.Topic][p.Partition.Value].NextOffset));
        _consumer.Assign(offsets.Select(o => new TopicPartitionOffset(o.Place, o.Next >= 0 ? o.Next : Offset.Stored)));
        _consumer.Pause(_paused.Select(source => new TopicPartition(source.Topic, source.Partition)));
    }

    private void OnRevoked()
    {
        TakeBack();
        _state = _state == KafkaReaderState.Failed ? _state : KafkaReaderState.Joining;
    }

    private void TakeBack()
    {
        Rest();
        _assignment = [];
        _committed = [];
        foreach (var source in Sources)
        {
            source.Unassign();
        }
    }

    /// <summary>What belonged to the assignment before is void.</summary>
    private void Rest()
    {
        try
        {
            // The client would remember, and the partition rest for ever when it comes back.
            _consumer.Resume(_paused.Select(source => new TopicPartition(source.Topic, source.Partition)));
        }
        catch (KafkaException)
        {
            // The client does not have the partition any more, so there is nothing that rests.
        }

        foreach (var source in _paused)
        {
            source.IsPaused = false;
        }

        _paused.Clear();
        _resets.Clear();
    }

    private bool IsSource(TopicPartition partition) =>
        _byTopic.TryGetValue(partition.Topic, out var sources) && partition.Partition.Value < sources.Length;
}
