using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>
/// The last few values of something: their mean and range. O(1) a value for the mean. The sum carries its rounding error along (Knuth's two-sum), so
/// that nothing is left of a value a million times the others once it has gone; it is made anew once in a window.
/// </summary>
internal sealed class RecentValues(int capacity)
{
    private readonly double[] _ring = new double[capacity];
    private int _count;
    private int _next;
    private double _sum;
    private double _error;

    public long StateBytes => (8L * capacity) + 48;

    public bool IsFull => _count == capacity;

    public double Mean => _count == 0 ? 0 : (_sum + _error) / _count;

    /// <summary>Largest less smallest. Looks at all values.</summary>
    public double Range()
    {
        var low = _ring[0];
        var high = low;
        for (var i = 1; i < _count; i++)
        {
            low = Math.Min(low, _ring[i]);
            high = Math.Max(high, _ring[i]);
        }

        return high - low;
    }

    public void Add(double value)
    {
        Sum(value);
        Sum(IsFull ? -_ring[_next] : 0);
        _count = Math.Min(_count + 1, capacity);
        _ring[_next++] = value;
        if (_next == capacity)
        {
            _next = 0;
            _sum = 0;
            _error = 0;
            foreach (var held in _ring)
            {
                Sum(held);
            }
        }
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_next);
        writer.Write(_sum);
        writer.Write(_error);
        for (var i = 0; i < _count; i++)
        {
            writer.Write(_ring[i]);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _count = StateFormat.ReadCount(reader, capacity);
        _next = StateFormat.ReadCount(reader, capacity - 1);
        _sum = StateFormat.ReadFinite(reader);
        _error = StateFormat.ReadFinite(reader);
        for (var i = 0; i < _count; i++)
        {
            _ring[i] = StateFormat.ReadFinite(reader);
        }
    }

    private void Sum(double value)
    {
        var sum = _sum + value;
        var taken = sum - _sum;
        _error += _sum - (sum - taken) + (value - taken);
        _sum = sum;
    }
}
