namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>
/// The nodes, taken in turn. One that could not be reached is left out for a time that doubles from 1 s to 60 s; when all are left out the one
/// whose time ends first is tried all the same. Thread-safe.
/// </summary>
internal sealed class NodePool(IReadOnlyList<Uri> hosts, TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);
    private readonly Lock _lock = new();
    private readonly Node[] _nodes = [.. hosts.Select(host => new Node(WithSlash(host)))];
    private int _turn;

    internal sealed class Node(Uri address)
    {
        public readonly Uri Address = address;
        public int Failures;
        public DateTimeOffset DeadUntil = DateTimeOffset.MinValue;
    }

    public int Count => _nodes.Length;

    /// <summary>Nodes that are not left out at present.</summary>
    public int Living
    {
        get
        {
            var now = time.GetUtcNow();
            lock (_lock)
            {
                return _nodes.Count(node => node.DeadUntil <= now);
            }
        }
    }

    public Node Next()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            for (var tried = 0; tried < _nodes.Length; tried++)
            {
                var node = _nodes[_turn++ % _nodes.Length];
                if (node.DeadUntil <= now)
                {
                    return node;
                }
            }

            return _nodes.MinBy(node => node.DeadUntil)!;
        }
    }

    public void Answered(Node node)
    {
        lock (_lock)
        {
            (node.Failures, node.DeadUntil) = (0, DateTimeOffset.MinValue);
        }
    }

    public void Failed(Node node)
    {
        lock (_lock)
        {
            var wait = s_first * Math.Pow(2, Math.Min(node.Failures++, 10));
            node.DeadUntil = time.GetUtcNow() + (wait < s_longest ? wait : s_longest);
        }
    }

    private static Uri WithSlash(Uri host) => host.AbsolutePath.EndsWith('/') ? host : new UriBuilder(host) { Path = host.AbsolutePath + "/" }.Uri;
}
