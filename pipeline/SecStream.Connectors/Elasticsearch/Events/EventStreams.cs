using System.Buffers;
using System.Globalization;
using System.Text;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Text;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// The data streams that events go to, <c>logs-secstream.&lt;dataset&gt;.&lt;days&gt;d-&lt;tenant&gt;</c>, as the beginning of the action line of a bulk request.
/// A dataset is what a log says it is: its name is made safe, and only so many get streams of their own, for each costs the cluster a shard.
/// Which ones do is kept in a file, so that an event goes to the same stream when it is read again. Not thread-safe.
/// </summary>
internal sealed class EventStreams
{
    /// <summary>Datasets that get streams of their own at most; later ones share <c>other</c>.</summary>
    public const int MaxDatasets = 100;

    private const int MaxDatasetBytes = 80;
    private const int MaxTenantBytes = 60;
    private const int MaxKnown = 4096;
    private const string None = "generic";
    private const string Other = "other";

    private static readonly SearchValues<byte> s_safe = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_."u8);
    private readonly string _path;
    private readonly string _tenant;
    private readonly Dictionary<ulong, Known> _known = [];
    private readonly HashSet<string> _datasets = new(StringComparer.Ordinal);
    private Known _last;

    /// <param name="folder">Folder of the spool.</param>
    /// <param name="tenant">Whose events they are.</param>
    public EventStreams(string folder, string tenant)
    {
        _path = Path.Combine(folder, "datasets");
        _tenant = Tenant(tenant);
        if (File.Exists(_path))
        {
            _datasets.UnionWith(File.ReadAllLines(_path).Where(line => line.Length > 0 && line == Safe(Encoding.UTF8.GetBytes(line), MaxDatasetBytes)));
        }
    }

    private readonly record struct Known(byte[] Dataset, int Days, byte[] Prefix);

    /// <summary>All streams of a tenant, as a pattern.</summary>
    public static string Pattern(string tenant) => $"logs-secstream.*-{Tenant(tenant)}";

    /// <summary>The action line up to the id: <c>{"create":{"_index":"…","_id":"</c>.</summary>
    /// <param name="dataset">As the event says it; may be empty.</param>
    /// <param name="days">How long it is kept.</param>
    public ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> dataset, int days)
    {
        if (_last.Days == days && _last.Dataset is { } last && dataset.SequenceEqual(last))
        {
            return _last.Prefix;
        }

        var hash = StableHash.Compute(dataset, (ulong)days);
        if (!_known.TryGetValue(hash, out var known) || known.Days != days || !dataset.SequenceEqual(known.Dataset))
        {
            known = new Known(dataset.ToArray(), days, MakePrefix(dataset, days));
            if (_known.Count < MaxKnown)
            {
                _known[hash] = known;
            }
        }

        _last = known;
        return known.Prefix;
    }

    private byte[] MakePrefix(ReadOnlySpan<byte> dataset, int days) =>
        Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{{\"create\":{{\"_index\":\"logs-secstream.{Admit(dataset)}.{ClassOf(days)}d-{_tenant}\",\"_id\":\""));

    private string Admit(ReadOnlySpan<byte> raw)
    {
        var name = raw.IsEmpty ? None : Safe(raw, MaxDatasetBytes);
        if (name is None or Other || _datasets.Contains(name))
        {
            return name;
        }

        if (_datasets.Count >= MaxDatasets)
        {
            return Other;
        }

        _datasets.Add(name);
        var temporary = _path + ".tmp";
        File.WriteAllLines(temporary, _datasets.Order(StringComparer.Ordinal));
        File.Move(temporary, _path, overwrite: true);
        return name;
    }

    /// <summary>The shortest class that keeps it long enough: there are templates and policies for these only.</summary>
    private static int ClassOf(int days) => (RetentionClass.All.FirstOrDefault(one => one.Days >= days) ?? RetentionClass.All[^1]).Days;

    internal static string Tenant(string tenant) => tenant.Length == 0 ? "default" : Safe(Encoding.UTF8.GetBytes(tenant), MaxTenantBytes);

    /// <summary>Lower case, without what may not stand in a name of an index or would end its part (a hyphen).</summary>
    internal static string Safe(ReadOnlySpan<byte> raw, int most)
    {
        Span<byte> safe = stackalloc byte[most];
        safe = safe[..Math.Min(raw.Length, most)];
        for (var i = 0; i < safe.Length; i++)
        {
            var low = raw[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(raw[i] | 0x20) : raw[i];
            safe[i] = s_safe.Contains(low) ? low : (byte)'_';
        }

        return Encoding.ASCII.GetString(safe);
    }
}
