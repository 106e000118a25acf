using System.Text;
using SecStream.Core.Fields;
using SecStream.Core.Text;

namespace SecStream.Stages.Json;

/// <summary>
/// The order in which nested documents are written, made once per catalog: fields ranked by a walk through the tree of their names (siblings in
/// order of first appearance), each with its objects and the bytes of its keys. Immutable.
/// </summary>
internal sealed class EcsDocumentPlan
{
    /// <summary>A field at its place in the document.</summary>
    /// <param name="Field">Field id.</param>
    /// <param name="Node">Number of its name in the tree.</param>
    /// <param name="Groups">The tree numbers of the objects around it, outermost first.</param>
    /// <param name="Key"><c>"city_name":</c></param>
    internal sealed record Leaf(int Field, int Node, int[] Groups, byte[] Key);

    private sealed class TreeNode(int number, string segment)
    {
        public readonly int Number = number;
        public readonly string Segment = segment;
        public readonly List<TreeNode> Children = [];
        public int Field = -1;
    }

    public EcsDocumentPlan(IReadOnlyList<string> names)
    {
        var nodes = new List<TreeNode> { new(0, "") };
        for (var field = 0; field < names.Count; field++)
        {
            Insert(nodes, names[field], field);
        }

        var leaves = new List<Leaf>();
        Rank(nodes[0], [], leaves);
        Leaves = [.. leaves];
        OpenGroup = [.. nodes.Select(node => (byte[])[.. Key(node.Segment), (byte)'{'])];
        RankOf = new int[names.Count];
        DottedKey = [.. names.Select(Key)];
        for (var rank = 0; rank < Leaves.Length; rank++)
        {
            RankOf[Leaves[rank].Field] = rank;
        }
    }

    /// <summary>All fields in the order they are written.</summary>
    public Leaf[] Leaves { get; }

    /// <summary>Field id → index in <see cref="Leaves"/>.</summary>
    public int[] RankOf { get; }

    /// <summary>Tree number → <c>"source":{</c></summary>
    public byte[][] OpenGroup { get; }

    /// <summary>Field id → <c>"source.geo.city_name":</c></summary>
    public byte[][] DottedKey { get; }

    private static void Insert(List<TreeNode> nodes, string name, int field)
    {
        var node = nodes[0];
        foreach (var segment in name.Split('.'))
        {
            var child = node.Children.Find(c => c.Segment == segment);
            if (child == null)
            {
                child = new TreeNode(nodes.Count, segment);
                nodes.Add(child);
                node.Children.Add(child);
            }

            node = child;
        }

        node.Field = field;
    }

    // Names come from the catalog and from rules, not from logs: their depth is what their authors wrote.
    private static void Rank(TreeNode node, int[] groups, List<Leaf> leaves)
    {
        if (node.Field >= 0)
        {
            leaves.Add(new Leaf(node.Field, node.Number, groups, Key(node.Segment)));
        }

        int[] inner = node.Number == 0 ? groups : [.. groups, node.Number];
        foreach (var child in node.Children)
        {
            Rank(child, inner, leaves);
        }
    }

    private static byte[] Key(string name)
    {
        var writer = new ByteWriter();
        JsonText.WriteEscaped(writer, Encoding.UTF8.GetBytes(name));
        writer.WriteByte((byte)':');
        return writer.Written.ToArray();
    }
}
