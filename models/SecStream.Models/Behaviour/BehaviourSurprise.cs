namespace SecStream.Models.Behaviour;

/// <summary>Surprise of values and hours, in nats: the same sums while learning and while judging.</summary>
internal static class BehaviourSurprise
{
    /// <summary>Windows' worth of the class in what is said of a key.</summary>
    public const double Prior = 20;

    private const double Rarest = 1e-4;
    private const double MostRarity = 6;
    private const double DayPrior = 0.5;
    private const double MostOfClass = 0.2;

    /// <summary>Share of a key's windows that bring a value it is not known for.</summary>
    /// <param name="news">Such windows of the key.</param>
    /// <param name="windows">Its windows.</param>
    /// <param name="classShare">The share in the class.</param>
    public static double Novelty(double news, double windows, double classShare) =>
        Math.Clamp((news + (Prior * classShare)) / (windows + Prior), 1e-6, 1);

    /// <summary>A value the key is not known for: by how seldom that happens to it, and by how rare the value is in the class (counted half).</summary>
    public static double OfNew(double novelty, double classShare) =>
        -Math.Log(novelty) + (0.5 * Math.Min(-Math.Log(Math.Max(classShare, Rarest)), MostRarity));

    /// <summary>A value it is known for, by the share of windows that have it; never more than a new one.</summary>
    public static double OfKnown(double share, double novelty) => Math.Min(-Math.Log(Math.Clamp(share, 1e-9, 1)), -Math.Log(novelty));

    /// <summary>Activity in a slot of the week, by the days it was active then; the hours beside it count a quarter each.</summary>
    public static double OfHour(double active, double beside, double days, double classShare) =>
        -Math.Log(Math.Clamp((active + (0.5 * beside) + (DayPrior * Math.Min(classShare, MostOfClass))) / (days + DayPrior), 1e-4, 1));
}
