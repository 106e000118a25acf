using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>
/// How often sizes (0 or more) were seen, in buckets of a sixteenth of an octave over the twenty highest octaves; smaller ones share the lowest bucket. When twice
/// the history has come all counts are halved: old sizes fade. A bucket is cut from the bits of the number, no logarithm. O(1) a size; 1 500 bytes. Counts are
/// whole multiples of 2^−33, so their sums are exact and do not depend on order.
/// </summary>
internal sealed class TailHistogram(int history)
{
    private const int BucketBits = 48;
    private const int OctaveBuckets = 16;
    private const int Octaves = 20;
    private const int Buckets = Octaves * OctaveBuckets;

    /// <summary>Free buckets above a first or a new largest size.</summary>
    private const int Headroom = 20;

    private const float Forgotten = 1f / 1024;
    private const double Least = 1e-290;
    private readonly float[] _counts = new float[Buckets];
    private readonly double[] _octaves = new double[Octaves];
    private int _first = -1;

    public static long StateBytes => (4L * Buckets) + (8L * Octaves) + 48;

    /// <summary>Sizes counted, faded ones as what they still count.</summary>
    public double Total { get; private set; }

    /// <summary>Counts a size.</summary>
    public void Add(double size)
    {
        var bucket = BucketOf(size);
        if (_first < 0)
        {
            _first = Math.Max(bucket - (Buckets - Headroom), 1);
        }

        if (bucket - _first >= Buckets)
        {
            Raise(bucket - _first - Buckets + Headroom);
        }

        var at = Math.Max(bucket - _first, 0);
        _counts[at]++;
        _octaves[at / OctaveBuckets]++;
        Total++;
        if (Total >= 2.0 * history)
        {
            Halve();
        }
    }

    /// <summary>How many sizes were as large or larger, interpolated within the bucket.</summary>
    public double CountFrom(double size)
    {
        var at = BucketOf(size) - _first;
        if (_first < 0 || at >= Buckets)
        {
            return 0;
        }

        if (at < 0)
        {
            return Total;
        }

        var octave = at / OctaveBuckets;
        var sum = 0.0;
        for (var i = octave + 1; i < Octaves; i++)
        {
            sum += _octaves[i];
        }

        for (var i = at + 1; i < (octave + 1) * OctaveBuckets; i++)
        {
            sum += _counts[i];
        }

        return at == 0 ? sum + _counts[0] : sum + (_counts[at] * ShareAbove(at, size));
    }

    /// <summary>The smallest size of about the largest <paramref name="wanted"/>, their mean excess over it and their exact count.</summary>
    public (double From, double MeanExcess, double Count) Tail(double wanted)
    {
        var count = 0.0;
        var sum = 0.0;
        var at = Buckets - 1;
        while (at > 0 && count < wanted)
        {
            if (at % OctaveBuckets == OctaveBuckets - 1 && _octaves[at / OctaveBuckets] == 0)
            {
                at -= Math.Min(OctaveBuckets, at);
                continue;
            }

            count += _counts[at];
            sum += _counts[at] * 0.5 * (Edge(at) + Edge(at + 1));
            at--;
        }

        var from = Edge(at + 1);
        return count < wanted ? (from, count > 0 ? (sum / count) - from : 0, count + _counts[0]) : (from, (sum / count) - from, count);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_first);
        foreach (var count in _counts)
        {
            writer.Write(count);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _first = reader.ReadInt32();
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] = reader.ReadSingle();
            if (!(_counts[i] >= 0 && _counts[i] <= 2f * history))
            {
                throw new InvalidDataException($"A saved state holds the count {_counts[i]}: it is damaged, or of other options; discard it and learn again.");
            }
        }

        SumUp();
    }

    private static int BucketOf(double size) => (int)(BitConverter.DoubleToInt64Bits(Math.Max(size, Least)) >> BucketBits);

    private double Edge(int at) => BitConverter.Int64BitsToDouble((long)(at + _first) << BucketBits);

    private double ShareAbove(int at, double size)
    {
        var low = Edge(at);
        var high = Edge(at + 1);
        return Math.Min((high - size) / (high - low), 1);
    }

    /// <summary>Moves the range up. What falls below it joins the lowest bucket.</summary>
    private void Raise(int by)
    {
        var low = 0f;
        for (var i = 0; i < Math.Min(by + 1, Buckets); i++)
        {
            low += _counts[i];
        }

        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] = i + by < Buckets ? _counts[i + by] : 0;
        }

        _counts[0] = low;
        _first += by;
        SumUp();
    }

    private void Halve()
    {
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] = _counts[i] < Forgotten ? 0 : _counts[i] / 2;
        }

        SumUp();
    }

    private void SumUp()
    {
        Array.Clear(_octaves);
        Total = 0;
        for (var i = 0; i < Buckets; i++)
        {
            _octaves[i / OctaveBuckets] += _counts[i];
            Total += _counts[i];
        }
    }
}
