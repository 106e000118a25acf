using System.Numerics;
using System.Runtime.CompilerServices;
using SecStream.Core.Observations;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// Memory that the shards of one lane share: strings, item arrays and entities for reuse. It holds no state that alerts depend on.
/// One per lane, not thread-safe.
/// </summary>
public sealed class LaneMemory(ulong seed)
{
    private const int EntityBytes = 160;

    /// <summary>Entities and item slots (by size) kept for reuse: 40 MB and 80 MB at most.</summary>
    private const int MaxFreeEntities = 1 << 18;
    private const int MaxFreeItems = 1 << 20;

    private readonly Stack<Entity> _entities = new();
    private readonly Stack<Item[]>[] _items = [.. Enumerable.Range(0, 32).Select(_ => new Stack<Item[]>())];

    /// <summary>Seed of the tables' internal order.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>The strings.</summary>
    public ValuePool Values { get; } = new(seed);

    /// <summary>Live entities.</summary>
    public long EntityCount { get; private set; }

    /// <summary>Item slots of live entities.</summary>
    public long ItemSlots { get; private set; }

    /// <summary>Memory of live state, in bytes: entities, item slots and strings.</summary>
    public long LiveBytes => (EntityCount * EntityBytes) + (ItemSlots * Unsafe.SizeOf<Item>()) + Values.LiveBytes;

    /// <summary>An empty entity for a key.</summary>
    public Entity NewEntity(ReadOnlySpan<byte> key)
    {
        var entity = _entities.TryPop(out var reused) ? reused : new Entity();
        if (entity.KeyBytes.Length < key.Length)
        {
            entity.KeyBytes = new byte[(key.Length + 15) & ~15];
        }

        key.CopyTo(entity.KeyBytes);
        entity.KeyLength = key.Length;
        EntityCount++;
        return entity;
    }

    /// <summary>Takes an entity back: its values are released, its arrays reused.</summary>
    public void Recycle(Entity entity)
    {
        Clear(entity);
        entity.ScheduledTime = long.MaxValue;
        entity.NextInBucket = null;
        EntityCount--;
        if (_entities.Count < MaxFreeEntities)
        {
            _entities.Push(entity);
        }
    }

    /// <summary>Takes everything an entity holds; it stays where it is.</summary>
    public void Clear(Entity entity)
    {
        for (var i = 0; i < entity.Count; i++)
        {
            ReleaseValues(ref entity.Items[i]);
        }

        for (var state = entity.States; state is not null; state = state.Next)
        {
            state.Release(this);
        }

        GiveItems(entity.Items);
        entity.Items = [];
        entity.Count = entity.Evaluated = entity.Folded = 0;
        entity.EvaluatedTotal = 0;
        entity.ExactAfter = long.MinValue;
        entity.Epoch++;
        entity.IsDirty = false;
        entity.NextFold = long.MinValue;
        entity.States = null;
    }

    /// <summary>Makes room for one more item.</summary>
    public void EnsureRoom(Entity entity)
    {
        if (entity.Count < entity.Items.Length)
        {
            return;
        }

        var capacity = Math.Max(4, entity.Items.Length * 2);
        var larger = _items[BitOperations.Log2((uint)capacity)].TryPop(out var reused) ? reused : new Item[capacity];
        entity.Items.AsSpan(0, entity.Count).CopyTo(larger);
        GiveItems(entity.Items);
        ItemSlots += capacity;
        entity.Items = larger;
    }

    /// <summary>Exchanges an entity's array for a smaller one when most of it is empty.</summary>
    public void Shrink(Entity entity)
    {
        if (entity.Items.Length <= 8 || entity.Count * 4 > entity.Items.Length)
        {
            return;
        }

        var capacity = Math.Max(4, (int)BitOperations.RoundUpToPowerOf2((uint)entity.Count));
        var smaller = _items[BitOperations.Log2((uint)capacity)].TryPop(out var reused) ? reused : new Item[capacity];
        entity.Items.AsSpan(0, entity.Count).CopyTo(smaller);
        GiveItems(entity.Items);
        ItemSlots += capacity;
        entity.Items = smaller;
    }

    /// <summary>Releases the values of an item.</summary>
    public void ReleaseValues(ref Item item)
    {
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            Values.Release(item.Values[slot]);
        }
    }

    private void GiveItems(Item[] items)
    {
        if (items.Length == 0)
        {
            return;
        }

        ItemSlots -= items.Length;
        var pool = _items[BitOperations.Log2((uint)items.Length)];
        if ((long)pool.Count * items.Length < MaxFreeItems)
        {
            pool.Push(items);
        }
    }
}
