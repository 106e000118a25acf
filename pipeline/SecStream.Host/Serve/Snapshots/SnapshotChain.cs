namespace SecStream.Host.Serve.Snapshots;

/// <summary>A base and the deltas that go on from it, in order.</summary>
internal sealed record SnapshotChain(IReadOnlyList<SnapshotHead> Links)
{
    /// <summary>The moment it ends at.</summary>
    public SnapshotHead Last => Links[^1];

    /// <summary>
    /// The chain that reaches furthest, over files that are intact; damaged ones on the way are added to <paramref name="damaged"/> and gone
    /// around: by a delta that goes on from the same moment, by an older base. Null when there is none.
    /// </summary>
    public static SnapshotChain? FindBest(IReadOnlyCollection<SnapshotHead> heads, HashSet<string> damaged)
    {
        var intact = new HashSet<string>();
        while (Furthest([.. heads.Where(head => !damaged.Contains(head.Path))]) is { } chain)
        {
            var torn = chain.Links.FirstOrDefault(link => !intact.Contains(link.Path) && !(SnapshotFile.IsIntact(link.Path) && intact.Add(link.Path)));
            if (torn is null)
            {
                return chain;
            }

            damaged.Add(torn.Path);
        }

        return null;
    }

    /// <summary>The shortest way to a moment; null when there is none.</summary>
    public static SnapshotChain? Of(IReadOnlyList<SnapshotHead> heads, SnapshotHead last) => Furthest([.. heads.Where(head => head.Moment <= last.Moment)]);

    private static SnapshotChain? Furthest(IReadOnlyList<SnapshotHead> heads)
    {
        var next = heads.Where(head => !head.IsBase).ToLookup(head => head.Previous);
        SnapshotChain? best = null;
        foreach (var start in heads.Where(head => head.IsBase).OrderByDescending(head => head.Moment))
        {
            var links = new List<SnapshotHead> { start };
            while (next[links[^1].Id].MaxBy(head => head.Moment) is { } delta && delta.Moment > links[^1].Moment)
            {
                links.Add(delta);
            }

            // Of two ways to one moment the shorter one, from the later base.
            if (best is null || links[^1].Moment > best.Last.Moment)
            {
                best = new SnapshotChain(links);
            }
        }

        return best;
    }
}
