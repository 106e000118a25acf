using SecStream.Core.Text;
using SecStream.Stages.Profiles.Panes;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>Parts of panes against what they stand for.</summary>
public sealed class AccumulatorTests
{
    private readonly ProfileMemory _memory = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(999_999)]
    [InlineData(1L << 44)]
    public void LogBuckets_AnyNumber_IsNearTheMiddleOfItsClass(long number)
    {
        for (var n = number; n < number + 50; n++)
        {
            Assert.InRange(LogBuckets.Middle(LogBuckets.Of(n)), n * 0.984, n * 1.0161);
        }

        Assert.True(LogBuckets.Of(1L << 44) < ushort.MaxValue);
    }

    [Fact]
    public void LogBuckets_GreaterNumbers_HaveNoLesserClasses()
    {
        var last = 0;
        for (long number = 1; number < 1L << 44; number += 1 + (number / 200))
        {
            Assert.True(LogBuckets.Of(number) >= last);
            last = LogBuckets.Of(number);
        }

        Assert.Equal((0, 0), (LogBuckets.Of(-5), LogBuckets.Of(0)));
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(32, 0)]
    [InlineData(100, 0.1)]
    [InlineData(1000, 0.15)]
    [InlineData(100_000, 0.15)]
    public void DistinctSet_ManyValues_IsNearTheirNumber(int count, double error)
    {
        var hashes = Enumerable.Range(0, count).Select(i => StableHash.Compute(System.Text.Encoding.UTF8.GetBytes($"10.{count}.{i}"))).ToArray();
        var whole = default(DistinctSet);
        var merged = default(DistinctSet);
        foreach (var part in hashes.Chunk(Math.Max(1, count / 7)).Reverse())
        {
            var set = default(DistinctSet);
            Array.ForEach([.. part, .. part], hash => set.Add(hash, _memory));
            Array.ForEach(part, hash => whole.Add(hash, _memory));
            merged.Merge(set, _memory);
            set.Clear(_memory);
        }

        Assert.InRange(whole.Estimate(), count * (1 - error), count * (1 + error));
        Assert.Equal(whole.Estimate(), merged.Estimate());
        Assert.Equal(whole.Registers.ToArray(), merged.Registers.ToArray());
        whole.Clear(_memory);
        merged.Clear(_memory);
        Assert.Equal(0, _memory.LiveBytes);
    }

    [Fact]
    public void CountTable_ManyClasses_CountsEach()
    {
        var random = new Random(3);
        var table = default(CountTable);
        var expected = new SortedDictionary<int, long>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = random.Next(1, i % 2 == 0 ? 65_536 : 100);
            table.Add(key, i, _memory);
            expected[key] = expected.GetValueOrDefault(key) + i;
        }

        var slots = new CountSlot[table.Count];
        Assert.Equal(expected.Count, table.CopyTo(slots));
        Assert.Equal(expected.Select(e => (e.Key, e.Value)), slots.OrderBy(s => s.Key).Select(s => (s.Key, s.Count)));
        table.Clear(_memory);
        Assert.Equal(0, _memory.LiveBytes);
    }

    [Fact]
    public void CountSlot_MoreThanItHolds_StopsAtTheGreatest()
    {
        var slot = new CountSlot(65_535);
        slot.Add((1L << 48) - 2);
        slot.Add(int.MaxValue);
        slot.Add(1);
        Assert.Equal((65_535, (1L << 48) - 1), (slot.Key, slot.Count));
    }

    [Fact]
    public void CategoryTable_MoreValuesThanItHolds_KeepsTheSmallestHashesWithExactCounts()
    {
        var random = new Random(9);
        var values = Enumerable.Range(0, 5000).Select(_ => (ulong)random.Next(1, 300)).ToArray();
        var table = default(CategoryTable);
        Array.ForEach(values, value => table.Add(value, "x"u8, 2, _memory));
        Assert.Equal(values.GroupBy(v => v).OrderBy(g => g.Key).Take(64).Select(g => (g.Key, 2L * g.Count())), table.Slots.ToArray().Select(s => (s.Hash, s.Count)));
        table.Clear(_memory);
        Assert.Equal(0, _memory.LiveBytes);
    }

    [Fact]
    public void FirstEntries_AnyOrder_KeepsTheFirst()
    {
        var random = new Random(4);
        var all = Enumerable.Range(0, 500).Select(i => new TimedEntry { Time = random.Next(60), IdHigh = (ulong)random.Next(3), IdLow = (ulong)i }).ToArray();
        var entries = default(FirstEntries);
        Array.ForEach(all, entry => entries.Add(entry, 16, _memory));
        Assert.Equal(all.OrderBy(e => e.Time).ThenBy(e => e.IdHigh).ThenBy(e => e.IdLow).Take(16), entries.Entries.ToArray());
        entries.Clear(_memory);
        Assert.Equal(0, _memory.LiveBytes);
    }

    [Fact]
    public void Pane_SumsBeyond64Bits_AreExact()
    {
        var pane = new PaneParts(2, 1, 0, 0, 0);
        var other = new PaneParts(2, 1, 0, 0, 0);
        for (var i = 0; i < 5; i++)
        {
            pane.AddToSum(0, (Int128)long.MaxValue * 1000);
            other.AddToSum(0, (Int128)long.MinValue * 999);
        }

        pane.Merge(other, 0, 0, _memory);
        Assert.Equal((((Int128)long.MaxValue * 1000) + ((Int128)long.MinValue * 999)) * 5, pane.Sum(0));
        Assert.Equal([0L, 0L], pane.Numbers[..2]);
    }

    [Fact]
    public void Stock_ArrayGivenBack_ComesAgainEmpty()
    {
        var held = new HeldBytes();
        var stock = new Stock<long>(held);
        var array = stock.Rent(5);
        array[3] = 7;
        Assert.Equal(8, array.Length);
        stock.Return(array);
        Assert.Equal(0, held.Sum);
        Assert.Same(array, stock.Rent(7));
        Assert.All(array, value => Assert.Equal(0, value));
    }
}
