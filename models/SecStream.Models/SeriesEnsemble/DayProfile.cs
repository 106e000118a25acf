using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>The mean of each half hour of the day, UTC: plain at first, exponentially weighted once many points are known.</summary>
internal sealed class DayProfile
{
    private const int Slots = 48;
    private const long MicrosecondsOfDay = 86_400_000_000;
    private readonly double[] _means = new double[Slots];
    private readonly int[] _counts = new int[Slots];

    public static long StateBytes => (12L * Slots) + 64;

    /// <summary>The half hour of a time.</summary>
    public static int SlotOf(long time)
    {
        var ofDay = time % MicrosecondsOfDay;
        return (int)((ofDay < 0 ? ofDay + MicrosecondsOfDay : ofDay) / (MicrosecondsOfDay / Slots));
    }

    /// <summary>Points learned of a half hour.</summary>
    public int Count(int slot) => _counts[slot];

    /// <summary>Its mean.</summary>
    public double Mean(int slot) => _means[slot];

    public void Learn(int slot, double value)
    {
        _counts[slot] = Math.Min(_counts[slot] + 1, int.MaxValue - 1);
        _means[slot] += Math.Max(EnsembleTuning.DayWeight, 1.0 / _counts[slot]) * (value - _means[slot]);
    }

    public void Save(BinaryWriter writer)
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            writer.Write(_counts[slot]);
            writer.Write(_means[slot]);
        }
    }

    public void Restore(BinaryReader reader)
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            _counts[slot] = StateFormat.ReadCount(reader, int.MaxValue);
            _means[slot] = StateFormat.ReadFinite(reader);
        }
    }
}
