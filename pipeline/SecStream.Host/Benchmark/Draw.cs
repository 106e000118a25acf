namespace SecStream.Host.Benchmark;

/// <summary>Seeded random numbers (SplitMix64): the same seed gives the same input on every machine and every version of .NET.</summary>
internal sealed class Draw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A well-mixed hash of a number, for properties that must not depend on the order of draws.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number in [from, to).</summary>
    public int Between(int from, int to) => from + Below(to - from);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>One of some values, all alike.</summary>
    public T Pick<T>(T[] values) => values[Below(values.Length)];

    /// <summary>A rank in [0, count) with P(rank) ~ 1/(rank+1)^skew, by the inverse of the continuous distribution; the skew is not 1.</summary>
    public int Zipf(int count, double skew)
    {
        var power = 1 - skew;
        var rank = Math.Pow((Unit() * (Math.Pow(count + 1, power) - 1)) + 1, 1 / power) - 1;
        return Math.Clamp((int)rank, 0, count - 1);
    }
}
