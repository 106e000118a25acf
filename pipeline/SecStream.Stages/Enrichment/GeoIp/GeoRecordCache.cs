namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>
/// The decoded records of one file, filled as they are first met (a city file holds over 100 000, a log meets few of them). Open addressing
/// over immutable records. Thread-safe: readers take no lock; a miss decodes and inserts under one.
/// </summary>
internal sealed class GeoRecordCache(MmdbSection data)
{
    private readonly Lock _growing = new();
    private GeoRecord?[] _slots = new GeoRecord?[256];
    private int _count;

    /// <summary>The record at an offset of the data section.</summary>
    public GeoRecord Get(int offset)
    {
        var slots = Volatile.Read(ref _slots);
        var at = Slot(offset, slots.Length);
        while (Volatile.Read(ref slots[at]) is { } record)
        {
            if (record.Offset == offset)
            {
                return record;
            }

            at = (at + 1) & (slots.Length - 1);
        }

        return Add(offset);
    }

    private static int Slot(int offset, int size) => (int)(((uint)offset * 2_654_435_769u) >> 7) & (size - 1);

    private GeoRecord Add(int offset)
    {
        var added = GeoRecord.Decode(data, offset);
        lock (_growing)
        {
            if (++_count * 2 > _slots.Length)
            {
                var larger = new GeoRecord?[_slots.Length * 2];
                foreach (var record in _slots)
                {
                    if (record is not null)
                    {
                        Insert(larger, record);
                    }
                }

                Volatile.Write(ref _slots, larger);
            }

            return Insert(_slots, added);
        }
    }

    /// <summary>Inserts, or gives back the one another thread inserted first.</summary>
    private static GeoRecord Insert(GeoRecord?[] slots, GeoRecord added)
    {
        var at = Slot(added.Offset, slots.Length);
        while (slots[at] is { } record)
        {
            if (record.Offset == added.Offset)
            {
                return record;
            }

            at = (at + 1) & (slots.Length - 1);
        }

        Volatile.Write(ref slots[at], added);
        return added;
    }
}
