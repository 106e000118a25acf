using System.Buffers.Binary;
using System.Text;

namespace SecStream.Stages.Tests.Enrichment;

/// <summary>Makes small MaxMind DB files, for tests only: any record size, all data types, later networks cut holes into earlier ones.</summary>
internal sealed class MmdbWriter(int recordSizeBits = 24, int ipVersion = 6)
{
    private readonly List<int[]> _nodes = [[None, None]];
    private readonly List<byte> _data = [];
    private readonly Dictionary<string, int> _pointers = new(StringComparer.Ordinal);

    private const int None = int.MinValue;

    /// <summary>Writes repeated texts as pointers, as real files do.</summary>
    public bool UsePointers { get; init; } = true;

    /// <summary>Offset of the record made by the last <see cref="Add"/>.</summary>
    public int LastOffset { get; private set; }

    /// <summary>Adds a network; <paramref name="first"/> and the prefix are over 32 bits for IPv4 files, else over 128.</summary>
    public MmdbWriter Add(UInt128 first, int prefix, object record)
    {
        LastOffset = _data.Count;
        Encode(_data, record, _pointers);
        var bits = ipVersion == 4 ? 32 : 128;
        var node = 0;
        for (var i = 0; i < prefix; i++)
        {
            var bit = (int)((first >> (bits - 1 - i)) & 1);
            var next = _nodes[node][bit];
            if (i == prefix - 1)
            {
                _nodes[node][bit] = ~LastOffset;
                return this;
            }

            if (next is None or < 0)
            {
                _nodes.Add([next, next]);
                _nodes[node][bit] = next = _nodes.Count - 1;
            }

            node = next;
        }

        return this;
    }

    /// <summary>Adds a network given as text; IPv4 lies under ::/96 of an IPv6 file.</summary>
    public MmdbWriter Add(string cidr, object record)
    {
        var parts = cidr.Split('/');
        var address = System.Net.IPAddress.Parse(parts[0]).GetAddressBytes();
        var prefix = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        return address.Length == 4
            ? Add(BinaryPrimitives.ReadUInt32BigEndian(address), ipVersion == 4 ? prefix : prefix + 96, record)
            : Add(BinaryPrimitives.ReadUInt128BigEndian(address), prefix, record);
    }

    /// <summary>The file.</summary>
    public byte[] Build(Action<Dictionary<string, object>>? changeMetadata = null)
    {
        var file = new List<byte>();
        foreach (var node in _nodes)
        {
            WriteNode(file, Record(node[0]), Record(node[1]));
        }

        file.AddRange(new byte[16]);
        file.AddRange(_data);
        file.AddRange([0xAB, 0xCD, 0xEF]);
        file.AddRange("MaxMind.com"u8);
        var metadata = new Dictionary<string, object>
        {
            ["binary_format_major_version"] = (ushort)2,
            ["binary_format_minor_version"] = (ushort)0,
            ["build_epoch"] = 1_781_725_910UL,
            ["database_type"] = "Test-City",
            ["description"] = new Dictionary<string, object> { ["en"] = "test" },
            ["ip_version"] = (ushort)ipVersion,
            ["languages"] = new object[] { "en" },
            ["node_count"] = (uint)_nodes.Count,
            ["record_size"] = (ushort)recordSizeBits,
        };
        changeMetadata?.Invoke(metadata);
        Encode(file, metadata, null);
        return [.. file];
    }

    private uint Record(int value) => value switch
    {
        None => (uint)_nodes.Count,
        < 0 => (uint)(_nodes.Count + 16 + ~value),
        _ => (uint)value,
    };

    private void WriteNode(List<byte> file, uint left, uint right)
    {
        switch (recordSizeBits)
        {
            case 24:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            case 28:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(((left >> 20) & 0xF0) | (right >> 24)), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            default:
                file.AddRange([(byte)(left >> 24), (byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 24), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
        }
    }

    private void Encode(List<byte> to, object value, Dictionary<string, int>? pointers)
    {
        switch (value)
        {
            case string text when UsePointers && pointers is not null && pointers.TryGetValue(text, out var at):
                EncodePointer(to, at);
                break;
            case string text:
                pointers?.TryAdd(text, to.Count);
                EncodeBytes(to, 2, Encoding.UTF8.GetBytes(text));
                break;
            case double number:
                var eight = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(eight, number);
                EncodeBytes(to, 3, eight);
                break;
            case float number:
                var four = new byte[4];
                BinaryPrimitives.WriteSingleBigEndian(four, number);
                EncodeBytes(to, 15, four);
                break;
            case byte[] bytes: EncodeBytes(to, 4, bytes); break;
            case ushort number: EncodeBytes(to, 5, Trimmed(number)); break;
            case uint number: EncodeBytes(to, 6, Trimmed(number)); break;
            case int number: EncodeBytes(to, 8, Trimmed((uint)number)); break;
            case ulong number: EncodeBytes(to, 9, Trimmed(number)); break;
            case UInt128 number: EncodeBytes(to, 10, Trimmed(number)); break;
            case bool flag: EncodeControl(to, 14, flag ? 1 : 0); break;
            case Dictionary<string, object> map:
                EncodeControl(to, 7, map.Count);
                foreach (var (key, item) in map)
                {
                    Encode(to, key, pointers);
                    Encode(to, item, pointers);
                }

                break;
            case object[] array:
                EncodeControl(to, 11, array.Length);
                foreach (var item in array)
                {
                    Encode(to, item, pointers);
                }

                break;
            default: throw new ArgumentException(value.GetType().Name, nameof(value));
        }
    }

    private static byte[] Trimmed(UInt128 number)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return [.. bytes.SkipWhile(b => b == 0)];
    }

    private static void EncodeBytes(List<byte> to, int type, byte[] bytes)
    {
        EncodeControl(to, type, bytes.Length);
        to.AddRange(bytes);
    }

    private static void EncodeControl(List<byte> to, int type, int size)
    {
        var low = size < 29 ? size : size < 285 ? 29 : size < 65_821 ? 30 : 31;
        to.Add((byte)((type > 7 ? 0 : type << 5) | low));
        if (type > 7)
        {
            to.Add((byte)(type - 7));
        }

        switch (low)
        {
            case 29: to.Add((byte)(size - 29)); break;
            case 30: to.AddRange([(byte)((size - 285) >> 8), (byte)(size - 285)]); break;
            case 31: to.AddRange([(byte)((size - 65_821) >> 16), (byte)((size - 65_821) >> 8), (byte)(size - 65_821)]); break;
        }
    }

    private static void EncodePointer(List<byte> to, int target)
    {
        if (target < 2048)
        {
            to.AddRange([(byte)(0x20 | (target >> 8)), (byte)target]);
        }
        else if (target < 526_336)
        {
            var rest = target - 2048;
            to.AddRange([(byte)(0x28 | (rest >> 16)), (byte)(rest >> 8), (byte)rest]);
        }
        else
        {
            to.AddRange([0x38, (byte)(target >> 24), (byte)(target >> 16), (byte)(target >> 8), (byte)target]);
        }
    }
}
