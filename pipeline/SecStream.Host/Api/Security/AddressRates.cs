using System.Net;
using System.Net.Sockets;

namespace SecStream.Host.Api.Security;

/// <summary>Token buckets by address (IPv6 by its /64), for a bounded number of addresses: those idle longest make room. Thread-safe.</summary>
/// <param name="perSecond">Tokens that come back a second.</param>
/// <param name="burst">Most tokens.</param>
/// <param name="time">Clock.</param>
internal sealed class AddressRates(double perSecond, double burst, TimeProvider time)
{
    private const int MaxAddresses = 16_384;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, (double Tokens, long At)> _buckets = [];

    /// <summary>Takes a token; false: there is none.</summary>
    public bool TryTake(IPAddress? address) => Change(address, 1);

    /// <summary>Whether a token is left, without taking it.</summary>
    public bool HasToken(IPAddress? address) => Change(address, 0);

    private bool Change(IPAddress? address, int taken)
    {
        var key = Key(address);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            var tokens = Tokens(key, now);
            if (tokens < 1)
            {
                return false;
            }

            if (taken > 0)
            {
                MakeRoom(key, now);
                _buckets[key] = (tokens - taken, now);
            }

            return true;
        }
    }

    private double Tokens(UInt128 key, long now) =>
        _buckets.TryGetValue(key, out var bucket) ? Math.Min(burst, bucket.Tokens + (perSecond * time.GetElapsedTime(bucket.At, now).TotalSeconds)) : burst;

    private void MakeRoom(UInt128 key, long now)
    {
        if (_buckets.Count < MaxAddresses || _buckets.ContainsKey(key))
        {
            return;
        }

        // Full buckets say nothing. Should none be full, half of them go, the idle ones first: seldom enough that sorting is cheap.
        foreach (var full in _buckets.Keys.Where(k => Tokens(k, now) >= burst).ToList())
        {
            _buckets.Remove(full);
        }

        if (_buckets.Count >= MaxAddresses)
        {
            foreach (var idle in _buckets.OrderBy(b => b.Value.At).Take(MaxAddresses / 2).Select(b => b.Key).ToList())
            {
                _buckets.Remove(idle);
            }
        }
    }

    private static UInt128 Key(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && length == 16 && !IPAddress.IsLoopback(address))
        {
            bytes[8..].Clear();
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
