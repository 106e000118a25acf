using System.Numerics;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>
/// Number of different values: the values' hashes up to 32, then HyperLogLog with 512 registers (Flajolet et al. 2007; standard error 4.6 %, with linear counting
/// where that is better). A function of the set of values alone, so the order they come in and the panes they lie in don't matter.
/// </summary>
internal struct DistinctSet
{
    public const int MaxExact = 32;

    public const int RegisterCount = 1 << RegisterBits;

    private const int RegisterBits = 9;

    private ulong[]? _hashes;
    private int _count;
    private byte[]? _registers;

    /// <summary>The hashes, while they are all there.</summary>
    public readonly ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, _count);

    /// <summary>The registers; empty while the hashes are there.</summary>
    public readonly ReadOnlySpan<byte> Registers => _registers.AsSpan(0, _registers is null ? 0 : RegisterCount);

    /// <summary>Adds a value.</summary>
    public void Add(ulong hash, ProfileMemory memory)
    {
        if (_registers is not null)
        {
            Register(hash);
            return;
        }

        if (Hashes.Contains(hash))
        {
            return;
        }

        if (_count == MaxExact)
        {
            ToRegisters(memory);
            Register(hash);
            return;
        }

        if (_count == (_hashes?.Length ?? 0))
        {
            Grow(memory);
        }

        _hashes![_count++] = hash;
    }

    /// <summary>Adds another set.</summary>
    public void Merge(in DistinctSet other, ProfileMemory memory)
    {
        foreach (var hash in other.Hashes)
        {
            Add(hash, memory);
        }

        if (other._registers is not null)
        {
            Merge(other.Registers, memory);
        }
    }

    /// <summary>Adds registers.</summary>
    public void Merge(ReadOnlySpan<byte> registers, ProfileMemory memory)
    {
        if (_registers is null)
        {
            ToRegisters(memory);
        }

        for (var i = 0; i < RegisterCount; i++)
        {
            _registers![i] = Math.Max(_registers[i], registers[i]);
        }
    }

    /// <summary>How many there are, a whole number.</summary>
    public readonly double Estimate()
    {
        if (_registers is null)
        {
            return _count;
        }

        double sum = 0;
        var zeros = 0;
        foreach (var register in Registers)
        {
            sum += Math.ScaleB(1, -register);
            zeros += register == 0 ? 1 : 0;
        }

        const double m = RegisterCount;
        var raw = 0.7213 / (1 + (1.079 / m)) * m * m / sum;
        return Math.Max(MaxExact + 1, Math.Round(raw <= 2.5 * m && zeros > 0 ? m * Math.Log(m / zeros) : raw));
    }

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        if (_hashes is not null)
        {
            memory.Hashes.Return(_hashes);
        }

        if (_registers is not null)
        {
            memory.Registers.Return(_registers);
        }

        this = default;
    }

    private readonly void Register(ulong hash)
    {
        var at = (int)(hash >> (64 - RegisterBits));
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << RegisterBits) | (1UL << (RegisterBits - 1))) + 1);
        _registers![at] = Math.Max(_registers[at], rank);
    }

    private void ToRegisters(ProfileMemory memory)
    {
        _registers = memory.Registers.Rent(RegisterCount);
        foreach (var hash in Hashes)
        {
            Register(hash);
        }

        if (_hashes is not null)
        {
            memory.Hashes.Return(_hashes);
        }

        (_hashes, _count) = (null, 0);
    }

    private void Grow(ProfileMemory memory)
    {
        var larger = memory.Hashes.Rent(_count == 0 ? 2 : _count * 2);
        Hashes.CopyTo(larger);
        if (_hashes is not null)
        {
            memory.Hashes.Return(_hashes);
        }

        _hashes = larger;
    }
}
