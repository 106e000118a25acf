using SecStream.Core.Text;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>The keys of one profile in one shard. Compares whole keys; recycles entities. Not thread-safe.</summary>
internal sealed class ProfileTable(int profile, int specs, ulong seed, ProfileMemory memory)
{
    private const int MaxFree = 1 << 10;

    private readonly Stack<ProfileEntity> _free = new();
    private ProfileEntity?[] _buckets = new ProfileEntity?[16];

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The entity of a key, made when there is none.</summary>
    public ProfileEntity GetOrAdd(ReadOnlySpan<byte> key)
    {
        var hash = StableHash.Compute(key, seed);
        for (var entity = _buckets[(int)(hash & (ulong)(_buckets.Length - 1))]; entity is not null; entity = entity.NextInBucket)
        {
            if (entity.Hash == hash && key.SequenceEqual(entity.Key))
            {
                return entity;
            }
        }

        return Add(hash, key);
    }

    /// <summary>Lets go of a key.</summary>
    public void Remove(ProfileEntity entity)
    {
        ref var at = ref _buckets[(int)(entity.Hash & (ulong)(_buckets.Length - 1))];
        if (at == entity)
        {
            at = entity.NextInBucket;
        }
        else
        {
            var before = at!;
            while (before.NextInBucket != entity)
            {
                before = before.NextInBucket!;
            }

            before.NextInBucket = entity.NextInBucket;
        }

        Count--;
        memory.Count(-(ProfileEntity.BaseBytes + entity.Key.Length));
        memory.Return(entity.Key);
        entity.Key = [];
        entity.Clear();
        if (_free.Count < MaxFree)
        {
            _free.Push(entity);
        }
    }

    /// <summary>All entities, in no particular order.</summary>
    public IEnumerable<ProfileEntity> All()
    {
        foreach (var first in _buckets)
        {
            for (var entity = first; entity is not null; entity = entity.NextInBucket)
            {
                yield return entity;
            }
        }
    }

    private ProfileEntity Add(ulong hash, ReadOnlySpan<byte> key)
    {
        if (Count >= _buckets.Length)
        {
            Grow();
        }

        var entity = _free.TryPop(out var reused) ? reused : new ProfileEntity(specs);
        entity.Key = memory.Keep(key);
        entity.Hash = hash;
        entity.Profile = profile;
        ref var bucket = ref _buckets[(int)(hash & (ulong)(_buckets.Length - 1))];
        entity.NextInBucket = bucket;
        bucket = entity;
        Count++;
        memory.Count(ProfileEntity.BaseBytes + key.Length);
        return entity;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new ProfileEntity?[old.Length * 2];
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
