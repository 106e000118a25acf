namespace SecStream.Models.Series;

/// <summary>Checks of options: the message names the option, its value and what is possible.</summary>
internal static class OptionCheck
{
    /// <summary>The options, when all of them can be used.</summary>
    public static T Checked<T>(T options, Action<T> check)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        check(options);
        return options;
    }

    public static void Within(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} {value}: use a number from {least} to {most}");
        }
    }
}
