using SecStream.Models.WindowModels;

namespace SecStream.Models.Baselines;

/// <summary>What a training gathers of one key: sums by coarse slot, on the features' scales. Some 300 bytes a feature.</summary>
internal sealed class KeyPast(int features, long first)
{
    private const long ClipAfter = 2 * WeekCalendar.Day;
    private const int ClipAfterValues = 24;
    private const double ClipAt = 4;

    /// <summary>Start of its first window.</summary>
    public long First { get; } = first;

    /// <summary>Windows seen.</summary>
    public int Windows { get; private set; }

    /// <summary>[coarse slot, feature]: sums, later deviations from level and class.</summary>
    public float[] Sums { get; } = new float[WeekCalendar.CoarseSlots * features];

    /// <summary>[coarse slot, feature].</summary>
    public ushort[] Counts { get; } = new ushort[WeekCalendar.CoarseSlots * features];

    /// <summary>[feature].</summary>
    public int[] N { get; } = new int[features];

    /// <summary>[feature]: running means, later levels.</summary>
    public double[] Means { get; } = new double[features];

    /// <summary>[feature]: sums of squared distances from the mean.</summary>
    public double[] Squares { get; } = new double[features];

    /// <summary>[feature]: sums of a later pass.</summary>
    public double[] Extra { get; } = new double[features];

    /// <summary>[feature].</summary>
    public int[] ExtraN { get; } = new int[features];

    public void BeginWindow() => Windows++;

    /// <summary>
    /// Takes a value. After the first two days what is more than four standard deviations from the mean so far is taken for four: a burst moves the level little, a
    /// change that stays carries it along. Returns by how much the sum of squares has grown.
    /// </summary>
    public double Take(int feature, int coarse, double value, long start, double least)
    {
        if (N[feature] >= ClipAfterValues && start - First >= ClipAfter)
        {
            var limit = ClipAt * Math.Max(Math.Sqrt(Squares[feature] / N[feature]), least);
            value = Math.Clamp(value, Means[feature] - limit, Means[feature] + limit);
        }

        N[feature]++;
        var delta = value - Means[feature];
        Means[feature] += delta / N[feature];
        var square = delta * (value - Means[feature]);
        Squares[feature] += square;
        var at = (coarse * features) + feature;
        if (Counts[at] < ushort.MaxValue)
        {
            Counts[at]++;
            Sums[at] += (float)value;
        }

        return square;
    }
}
