using System.Text;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>A pane in a snapshot. Texts are written out: a snapshot refers to nothing outside.</summary>
internal static class PaneFormat
{
    /// <summary>Writes a pane; its parts are given, for they may have to be made.</summary>
    public static void Write(BinaryWriter writer, Pane of, PaneParts pane, ProfileMemory memory)
    {
        writer.Write(of.Start);
        writer.Write(of.Events);
        writer.Write(of.IsFolded);
        foreach (var number in pane.Numbers)
        {
            writer.Write(number);
        }

        foreach (ref readonly var table in pane.Tables.AsSpan())
        {
            Write(writer, table);
        }

        foreach (ref readonly var set in pane.Distincts.AsSpan())
        {
            Write(writer, set);
        }

        foreach (ref readonly var table in pane.Categories.AsSpan())
        {
            writer.Write((byte)table.Slots.Length);
            foreach (ref readonly var slot in table.Slots)
            {
                writer.Write(slot.Hash);
                writer.Write(slot.Count);
                writer.Write(memory.Texts[slot.Text]);
            }
        }

        Write(writer, pane.Evidence);
        Write(writer, pane.Steps);
    }

    /// <summary>Reads into an empty pane.</summary>
    public static void Read(BinaryReader reader, Pane of, PaneParts pane, ProfileMemory memory)
    {
        of.Start = reader.ReadInt64();
        of.Events = reader.ReadInt64();
        of.IsFolded = reader.ReadBoolean();
        for (var i = 0; i < pane.Numbers.Length; i++)
        {
            pane.Numbers[i] = reader.ReadInt64();
        }

        foreach (ref var table in pane.Tables.AsSpan())
        {
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                table.Add(reader.ReadUInt16(), reader.ReadInt64(), memory);
            }
        }

        ReadSets(reader, pane, memory);
        foreach (ref var table in pane.Categories.AsSpan())
        {
            for (var left = (int)reader.ReadByte(); left > 0; left--)
            {
                var hash = reader.ReadUInt64();
                var count = reader.ReadInt64();
                table.Add(hash, Encoding.UTF8.GetBytes(reader.ReadString()), count, memory);
            }
        }

        Read(reader, ref pane.Evidence, memory);
        Read(reader, ref pane.Steps, memory);
    }

    // In the order of keys and hashes: the same pane is the same bytes, whatever order its events came in.
    private static void Write(BinaryWriter writer, in CountTable table)
    {
        Span<CountSlot> sorted = table.Count <= 256 ? stackalloc CountSlot[256] : new CountSlot[table.Count];
        sorted = sorted[..table.CopyTo(sorted)];
        sorted.Sort(CountTable.ByKey);
        writer.Write(sorted.Length);
        foreach (ref readonly var slot in sorted)
        {
            writer.Write((ushort)slot.Key);
            writer.Write(slot.Count);
        }
    }

    private static void Write(BinaryWriter writer, in DistinctSet set)
    {
        Span<ulong> sorted = stackalloc ulong[DistinctSet.MaxExact];
        set.Hashes.CopyTo(sorted);
        sorted = sorted[..set.Hashes.Length];
        sorted.Sort();
        writer.Write((byte)sorted.Length);
        foreach (var hash in sorted)
        {
            writer.Write(hash);
        }

        writer.Write(!set.Registers.IsEmpty);
        writer.Write(set.Registers);
    }

    private static void ReadSets(BinaryReader reader, PaneParts pane, ProfileMemory memory)
    {
        Span<byte> registers = stackalloc byte[DistinctSet.RegisterCount];
        foreach (ref var set in pane.Distincts.AsSpan())
        {
            for (var left = (int)reader.ReadByte(); left > 0; left--)
            {
                set.Add(reader.ReadUInt64(), memory);
            }

            if (reader.ReadBoolean())
            {
                reader.BaseStream.ReadExactly(registers);
                set.Merge(registers, memory);
            }
        }
    }

    private static void Write(BinaryWriter writer, in FirstEntries entries)
    {
        writer.Write((byte)entries.Entries.Length);
        foreach (ref readonly var entry in entries.Entries)
        {
            writer.Write(entry.Time);
            writer.Write(entry.IdHigh);
            writer.Write(entry.IdLow);
            writer.Write(entry.Value);
        }
    }

    private static void Read(BinaryReader reader, ref FirstEntries entries, ProfileMemory memory)
    {
        for (var left = (int)reader.ReadByte(); left > 0; left--)
        {
            var entry = new TimedEntry
            {
                Time = reader.ReadInt64(),
                IdHigh = reader.ReadUInt64(),
                IdLow = reader.ReadUInt64(),
                Value = reader.ReadUInt64(),
            };
            entries.Add(entry, byte.MaxValue, memory);
        }
    }
}
