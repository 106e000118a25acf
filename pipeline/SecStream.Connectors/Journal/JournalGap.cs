namespace SecStream.Connectors.Journal;

/// <summary>Records of a journal that can't be read: they were never seen.</summary>
/// <param name="File">The file at fault.</param>
/// <param name="Offset">Offset of the damage in it, in bytes.</param>
/// <param name="From">First position that can't be read.</param>
/// <param name="To">Position where reading went on.</param>
/// <param name="Detail">A sentence for people: what, where, and the mend.</param>
public sealed record JournalGap(string File, long Offset, long From, long To, string Detail);
