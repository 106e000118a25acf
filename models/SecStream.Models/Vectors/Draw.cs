namespace SecStream.Models.Vectors;

/// <summary>Seeded random numbers (SplitMix64): the same seed gives the same model on every machine and every version of .NET.</summary>
internal sealed class Draw(ulong seed)
{
    /// <summary>Where it stands; a draw made with it goes on from there.</summary>
    public ulong State { get; private set; } = seed;

    /// <summary>A seed of its own for a part of something: parts do not depend on how much the others drew.</summary>
    public static ulong Seed(ulong seed, int part) => Mix(seed ^ Mix((ulong)part + 0x9E3779B97F4A7C15));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(State += 0x9E3779B97F4A7C15);

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of the standard normal distribution (Marsaglia's polar method).</summary>
    public double Normal()
    {
        while (true)
        {
            var u = (2 * Unit()) - 1;
            var v = (2 * Unit()) - 1;
            var s = (u * u) + (v * v);
            if (s is > 0 and < 1)
            {
                return u * Math.Sqrt(-2 * Math.Log(s) / s);
            }
        }
    }

    /// <summary>Different numbers in [0, count), in random order: the first steps of a shuffle.</summary>
    public int[] Sample(int count, int size)
    {
        var all = new int[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = i;
        }

        for (var i = 0; i < size; i++)
        {
            var j = i + Below(count - i);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all[..size];
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
