using SecStream.Core.Text;

namespace SecStream.Stages.Rules.History;

/// <summary>The keys of one route in one shard. Compares whole keys, not only hashes; recycles entities. Not thread-safe.</summary>
public sealed class EntityTable(int route, LaneMemory memory)
{
    private Entity?[] _buckets = new Entity?[16];

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The entity of a key, or null.</summary>
    public Entity? Find(ReadOnlySpan<byte> key)
    {
        var hash = StableHash.Compute(key, memory.Seed);
        var entity = _buckets[(int)(hash & (ulong)(_buckets.Length - 1))];
        while (entity is not null && (entity.Hash != hash || !key.SequenceEqual(entity.Key)))
        {
            entity = entity.NextInBucket;
        }

        return entity;
    }

    /// <summary>The entity of a key, made when there is none.</summary>
    public Entity GetOrAdd(ReadOnlySpan<byte> key)
    {
        var hash = StableHash.Compute(key, memory.Seed);
        for (var entity = _buckets[(int)(hash & (ulong)(_buckets.Length - 1))]; entity is not null; entity = entity.NextInBucket)
        {
            if (entity.Hash == hash && key.SequenceEqual(entity.Key))
            {
                return entity;
            }
        }

        return Add(hash, key);
    }

    /// <summary>Calls <paramref name="keep"/> for every entity and recycles those for which it says false.</summary>
    public void Sweep(Func<Entity, bool> keep)
    {
        for (var b = 0; Count > 0 && b < _buckets.Length; b++)
        {
            Entity? previous = null;
            var entity = _buckets[b];
            while (entity is not null)
            {
                var next = entity.NextInBucket;
                if (keep(entity))
                {
                    previous = entity;
                }
                else
                {
                    if (previous is null)
                    {
                        _buckets[b] = next;
                    }
                    else
                    {
                        previous.NextInBucket = next;
                    }

                    Count--;
                    memory.Recycle(entity);
                }

                entity = next;
            }
        }
    }

    /// <summary>All entities, in no particular order.</summary>
    public IEnumerable<Entity> All()
    {
        foreach (var first in _buckets)
        {
            for (var entity = first; entity is not null; entity = entity.NextInBucket)
            {
                yield return entity;
            }
        }
    }

    private Entity Add(ulong hash, ReadOnlySpan<byte> key)
    {
        if (Count >= _buckets.Length)
        {
            Grow();
        }

        var entity = memory.NewEntity(key);
        entity.Hash = hash;
        entity.Route = route;
        ref var bucket = ref _buckets[(int)(hash & (ulong)(_buckets.Length - 1))];
        entity.NextInBucket = bucket;
        bucket = entity;
        Count++;
        return entity;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new Entity?[old.Length * 2];
        foreach (var first in old)
        {
            var entity = first;
            while (entity is not null)
            {
                var next = entity.NextInBucket;
                ref var bucket = ref _buckets[(int)(entity.Hash & (ulong)(_buckets.Length - 1))];
                entity.NextInBucket = bucket;
                bucket = entity;
                entity = next;
            }
        }
    }
}
