using SecStream.Models.Series;

namespace SecStream.Models.MlNet;

/// <summary>
/// A series detector around an engine whose state can't be seen. The engine is made anew when so many points have come as the renewal says, from the last
/// points, which it is then shown before it judges. So the state is nothing but the points since then: saved, restored and continued it gives the same scores
/// to the bit, and a state outlives a new version of the engine's package. Not thread-safe.
/// <para>Cost: the engine's, times 1 + learning / renewal on average; the point that renews pays for learning. 4 bytes × (learning + renewal).</para>
/// </summary>
public sealed class RenewedDetector : ISeriesDetector
{
    private const uint Mark = 0x4E4C_4D52;
    private const byte Version = 1;
    private readonly string _name;
    private readonly int _learning;
    private readonly Func<float[], IPointEngine> _make;
    private readonly float[] _points;
    private int _count;
    private IPointEngine? _engine;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="learning">Points that an engine learns from.</param>
    /// <param name="renewal">Points that it then judges.</param>
    /// <param name="make">Makes an engine from points; it is shown them once more after that.</param>
    internal RenewedDetector(string name, int learning, int renewal, Func<float[], IPointEngine> make)
    {
        _name = name;
        _learning = learning;
        _make = make;
        _points = new float[learning + renewal];
    }

    /// <inheritdoc/>
    public long StateBytes => (4L * _points.Length) + 64;

    /// <inheritdoc/>
    public double Next(long time, double value)
    {
        if (!double.IsFinite(value))
        {
            return double.NaN;
        }

        // Held within bounds whose squares are finite in single precision.
        var point = (float)Math.Clamp(value, -1e15, 1e15);
        if (_count == _points.Length)
        {
            Array.Copy(_points, _count - _learning, _points, 0, _learning);
            _count = _learning;
            Renew();
        }

        var score = _engine is null ? double.NaN : Judged(_engine, point);
        _points[_count++] = point;
        if (_engine is null && _count == _learning)
        {
            Renew();
        }

        return score;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        StateFormat.WriteHeader(writer, Mark, Version);
        writer.Write(_name);
        writer.Write(_count);
        for (var i = 0; i < _count; i++)
        {
            writer.Write(_points[i]);
        }
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        StateFormat.ReadHeader(reader, Mark, Version, _name);
        if (reader.ReadString() is var name && name != _name)
        {
            throw new InvalidDataException($"This is a state of {name}, not of {_name}; discard it and learn again.");
        }

        _count = StateFormat.ReadCount(reader, _points.Length);
        for (var i = 0; i < _count; i++)
        {
            _points[i] = reader.ReadSingle();
            if (!float.IsFinite(_points[i]))
            {
                throw new InvalidDataException("A saved state holds a number that is not finite: it is damaged; discard it and learn again.");
            }
        }

        _engine?.Dispose();
        _engine = null;
        if (_count >= _learning)
        {
            Renew();
            for (var i = _learning; i < _count; i++)
            {
                Judged(_engine!, _points[i]);
            }
        }
    }

    private void Renew()
    {
        _engine?.Dispose();
        var learned = _points[.._learning];
        _engine = _make(learned);
        foreach (var point in learned)
        {
            _engine.Next(point);
        }
    }

    private static double Judged(IPointEngine engine, float point)
    {
        var score = engine.Next(point);
        return double.IsNaN(score) ? 0 : Math.Clamp(score, 0, DeadBand.Most);
    }
}
