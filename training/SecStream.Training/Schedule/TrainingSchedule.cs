using Quartz;

namespace SecStream.Training.Schedule;

/// <summary>When a training is due: a cron expression of seconds, minutes, hours, day of month, month, day of week, in UTC. Immutable, thread-safe.</summary>
public sealed class TrainingSchedule
{
    /// <summary>Sunday at 03:00.</summary>
    public const string Default = "0 0 3 ? * SUN";

    private readonly CronExpression _cron;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">It is none, or never comes.</exception>
    public TrainingSchedule(string expression)
    {
        _cron = new CronExpression(expression, TimeZoneInfo.Utc);
        Expression = expression;
        if (Next(DateTimeOffset.UnixEpoch) is null)
        {
            throw new FormatException($"'{expression}' never comes");
        }
    }

    /// <summary>The expression.</summary>
    public string Expression { get; }

    /// <summary>The first time after an instant; null: never again.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _cron.GetNextValidTimeAfter(after);

    /// <summary>Time between two trainings about an instant.</summary>
    public TimeSpan IntervalAt(DateTimeOffset now) => Next(now) is { } first && Next(first) is { } second ? second - first : TimeSpan.MaxValue;

    /// <summary>What is wrong with an expression; null: nothing.</summary>
    public static string? FaultOf(string expression)
    {
        try
        {
            _ = new TrainingSchedule(expression);
            return null;
        }
        catch (FormatException fault)
        {
            // The answer to the question.
            return fault.Message;
        }
    }
}
