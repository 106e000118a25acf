using System.Globalization;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules.Routing;

/// <summary>Writes canonical keys: parts separated by NUL, addresses canonical (IPv6 by /64, names lower-case), 512 bytes or, with many long parts, little more.</summary>
internal sealed class KeyWriter
{
    /// <summary>Parts beyond the bound still take up to 64 bytes each (a hash, or an address as text).</summary>
    private const int MaxParts = 64;

    private readonly byte[] _bytes = new byte[Row.MaxKeyBytes + (MaxParts * 64)];
    private int _length;

    /// <summary>The key written last.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Writes the key of an event; false when a part is not there.</summary>
    public bool Write(EventRecord record, KeyPart[] parts)
    {
        _length = 0;
        for (var i = 0; i < Math.Min(parts.Length, MaxParts); i++)
        {
            if (i > 0)
            {
                _bytes[_length++] = 0;
            }

            if (!WritePart(record, parts[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the key of a login session: host and process id, either may be empty.</summary>
    public void WriteSession(EventRecord record)
    {
        _length = 0;
        Append(record.Text(record.Has(Ecs.HostName) ? Ecs.HostName : Ecs.HostHostname));
        _bytes[_length++] = 0;
        Append(record.Text(Ecs.ProcessPid));
    }

    private bool WritePart(EventRecord record, KeyPart part)
    {
        foreach (var field in part.Fields)
        {
            var value = record.Get(field);
            if (value.Kind is FieldKind.None or FieldKind.Null or FieldKind.Array || value.Length == 0)
            {
                continue;
            }

            var text = record.Text(in value);
            if (part.IsAddress)
            {
                AppendAddress(record, field, text);
            }
            else
            {
                Append(text);
            }

            return true;
        }

        return false;
    }

    private void AppendAddress(EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        UInt128 address;
        if (record.HasSourceIp && field is Ecs.SourceAddress or Ecs.SourceIp)
        {
            address = record.SourceIp;
        }
        else if (!IpParser.TryParse(text, out address))
        {
            var start = _length;
            Append(text);
            System.Text.Ascii.ToLowerInPlace(_bytes.AsSpan(start, _length - start), out _);
            return;
        }

        if (IpParser.IsIPv4(address))
        {
            _length += IpParser.Format(address, _bytes.AsSpan(_length));
            return;
        }

        _length += IpParser.Format(address >> 64 << 64, _bytes.AsSpan(_length));
        "/64"u8.CopyTo(_bytes.AsSpan(_length));
        _length += 3;
    }

    /// <summary>Appends a text; what would make the key longer than its bound is replaced by a hash of the whole text.</summary>
    private void Append(ReadOnlySpan<byte> text)
    {
        var start = _length;
        AppendBounded(text);

        // NUL separates parts: a name that contains one must not pass for two parts.
        _bytes.AsSpan(start, _length - start).Replace((byte)0, (byte)0x1A);
    }

    private void AppendBounded(ReadOnlySpan<byte> text)
    {
        var room = Row.MaxKeyBytes - _length - 1;
        if (text.Length <= room)
        {
            text.CopyTo(_bytes.AsSpan(_length));
            _length += text.Length;
            return;
        }

        var kept = Math.Max(0, room - 16);
        text[..kept].CopyTo(_bytes.AsSpan(_length));
        _length += kept;
        StableHash.Compute(text).TryFormat(_bytes.AsSpan(_length), out var written, "x16", CultureInfo.InvariantCulture);
        _length += written;
    }
}
