using SecStream.Training.Days;
using SecStream.Training.Registry;

namespace SecStream.Training.Schedule;

/// <summary>What a training that was due has come to.</summary>
/// <param name="Id">The model; null: none was made.</param>
/// <param name="Promoted">It judges from now on.</param>
/// <param name="Text">What there is to say, a sentence.</param>
/// <param name="IsFault">Somebody should look at it.</param>
public sealed record TrainerOutcome(string? Id, bool Promoted, string Text, bool IsFault = false);

/// <summary>
/// Trains when it is due: by the schedule, and while there is no champion once a day, so that learning ends when it can. A training that was missed because nothing
/// ran is made up for at once. Runs in the background of the service or as a program of its own.
/// </summary>
/// <param name="registry">Tells when a model was trained last, and whether there is a champion.</param>
/// <param name="schedule">When.</param>
/// <param name="time">Clock.</param>
/// <param name="train">One training with its promotion.</param>
/// <param name="report">Told what came of each.</param>
public sealed class TrainerJob(
    ModelRegistry registry, TrainingSchedule schedule, TimeProvider time, Func<CancellationToken, Task<TrainerOutcome>> train, Action<TrainerOutcome> report)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_learning = TimeSpan.FromDays(1);

    // Timers take 49 days at most, and a clock that was set is noticed within the hour.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    /// <summary>Trains until it is stopped. A training that fails is told, and the next one is awaited.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var due = First(time.GetUtcNow());
        while (!cancellation.IsCancellationRequested)
        {
            await WaitUntilAsync(due, cancellation).ConfigureAwait(false);
            report(await AttemptAsync(cancellation).ConfigureAwait(false));
            due = Next(time.GetUtcNow());
        }
    }

    /// <summary>When the first training is due.</summary>
    internal DateTimeOffset First(DateTimeOffset now)
    {
        var last = LastTrained();
        var missed = last is { } at && schedule.Next(at) <= now;
        return missed || !HasChampion() ? now + s_firstDelay : Next(now);
    }

    /// <summary>When the next training is due.</summary>
    internal DateTimeOffset Next(DateTimeOffset now)
    {
        var next = schedule.Next(now) ?? DateTimeOffset.MaxValue;
        var daily = now + s_learning;
        return HasChampion() || next < daily ? next : daily;
    }

    private async Task<TrainerOutcome> AttemptAsync(CancellationToken cancellation)
    {
        try
        {
            return await train(cancellation).ConfigureAwait(false);
        }
        catch (TrainingRefusedException fault)
        {
            // Not yet enough days: an ordinary state of a young installation.
            return new TrainerOutcome(null, false, fault.Message);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException or ArgumentException)
        {
            // The service goes on with the model that it has; the next training may succeed.
            return new TrainerOutcome(null, false, $"training failed: {fault.Message}", IsFault: true);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken cancellation)
    {
        while (due - time.GetUtcNow() is { } left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < s_longestWait ? left : s_longestWait, time, cancellation).ConfigureAwait(false);
        }
    }

    private bool HasChampion() => State().Champion is not null;

    private DateTimeOffset? LastTrained() => State().History.LastOrDefault(entry => entry.Action == "trained")?.At;

    private RegistryState State()
    {
        try
        {
            return registry.State();
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            // Damaged: the training itself says so, with what to do.
            return new RegistryState();
        }
    }
}
