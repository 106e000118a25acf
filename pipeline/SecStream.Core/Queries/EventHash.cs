using SecStream.Core.Text;

namespace SecStream.Core.Queries;

/// <summary>
/// The 64-bit hashes by which an index knows that a value may be in a block of events. They are part of the format of index files and never change:
/// a field keeps its number in <see cref="EventQuery.IndexedFields"/>.
/// </summary>
public static class EventHash
{
    private const ulong IdSeed = 1;
    private const ulong FirstFieldSeed = 2;

    /// <summary>Of an <c>event.id</c>, UTF-8.</summary>
    public static ulong OfId(ReadOnlySpan<byte> id) => StableHash.Compute(id, IdSeed);

    /// <summary>Of a value of an indexed field: text as UTF-8 without escapes, numbers and booleans as JSON writes them.</summary>
    public static ulong OfValue(int indexedField, ReadOnlySpan<byte> value) => StableHash.Compute(value, FirstFieldSeed + (ulong)indexedField);

    /// <summary>Says that an event has the field with a value the index can't tell (a list, text that is not UTF-8): it may be any.</summary>
    public static ulong OfAnyValue(int indexedField) => StableHash.Combine(FirstFieldSeed + (ulong)indexedField, ulong.MaxValue);
}
