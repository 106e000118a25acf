namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// The last line's body (tag and message) of each host, for <c>last message repeated N times</c>. Bounded: 1 024 places, found by a stable
/// hash of the host, each at most 64 bytes of name and 1 KiB of body (about 1.2 MB a source at the very most, used only as hosts appear).
/// Two hosts on one place forget each other, which costs a repetition its meaning, never an event.
/// </summary>
internal sealed class HostMemory
{
    private const int PlaceCount = 1024;
    private const int MaxHostBytes = 64;
    private const int MaxBodyBytes = 1024;

    private readonly Place?[] _places = new Place?[PlaceCount];
    private Place? _recent;

    /// <summary>Remembers a body; one that is too long is forgotten rather than cut, as a cut line could mean something else.</summary>
    public void Remember(ReadOnlySpan<byte> host, ReadOnlySpan<byte> body)
    {
        if (host.Length > MaxHostBytes)
        {
            return;
        }

        var place = _recent;
        if (place is null || !host.SequenceEqual(place.Host))
        {
            _recent = place = _places[Index(host)] ??= new Place();
            place.SetHost(host);
        }

        place.SetBody(body.Length <= MaxBodyBytes ? body : default);
    }

    /// <summary>The last body of a host; empty when unknown. Good until the next <see cref="Remember"/>.</summary>
    public ReadOnlySpan<byte> Recall(ReadOnlySpan<byte> host) =>
        host.Length <= MaxHostBytes && _places[Index(host)] is { } place && host.SequenceEqual(place.Host) ? place.Body : default;

    public void Save(BinaryWriter writer)
    {
        writer.Write(_places.Count(p => p is not null));
        for (var i = 0; i < PlaceCount; i++)
        {
            if (_places[i] is { } place)
            {
                writer.Write(place.Host.Length);
                writer.Write(place.Host);
                writer.Write(place.Body.Length);
                writer.Write(place.Body);
            }
        }
    }

    public void Restore(BinaryReader reader)
    {
        Array.Clear(_places);
        _recent = null;
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var host = reader.ReadBytes(reader.ReadInt32());
            Remember(host, reader.ReadBytes(reader.ReadInt32()));
        }
    }

    private static int Index(ReadOnlySpan<byte> host) => (int)(ByteText.Hash(host) % PlaceCount);

    private sealed class Place
    {
        private readonly byte[] _host = new byte[MaxHostBytes];
        private byte[] _body = new byte[256];
        private int _hostLength;
        private int _bodyLength;

        public ReadOnlySpan<byte> Host => _host.AsSpan(0, _hostLength);

        public ReadOnlySpan<byte> Body => _body.AsSpan(0, _bodyLength);

        public void SetHost(ReadOnlySpan<byte> host)
        {
            host.CopyTo(_host);
            _hostLength = host.Length;
        }

        public void SetBody(ReadOnlySpan<byte> body)
        {
            if (body.Length > _body.Length)
            {
                _body = new byte[MaxBodyBytes];
            }

            body.CopyTo(_body);
            _bodyLength = body.Length;
        }
    }
}
