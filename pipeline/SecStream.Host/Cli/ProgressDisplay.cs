using SecStream.Core.Events;
using SecStream.Training;
using SecStream.Training.Days;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>Shows how far a training or back-test is: bars on a terminal, lines elsewhere. Always on standard error: results go to the other.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs something that reports its steps.</summary>
    public static T Run<T>(TimeProvider time, Func<IProgress<TrainingStep>, T> work)
    {
        if (Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is "dumb")
        {
            return work(new Lines(Console.Error, time));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context => work(new Bars(context)));
    }

    private static string Subject(TrainingStep step) => $"{step.Profile} {WindowLength.Show(step.Window / EventClock.Second)}";

    /// <summary>A bar a class; what is done stands beside it.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<TrainingStep>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);

        public void Report(TrainingStep value)
        {
            var subject = Subject(value);
            if (!_tasks.TryGetValue(subject, out var task))
            {
                _tasks.Add(subject, task = context.AddTask(Markup.Escape(subject)));
            }

            task.MaxValue = value.Of;
            task.Value = value.Done;
            task.Description = $"{Markup.Escape(subject)} [grey]{Markup.Escape(value.Stage)} {UtcDay.Show(value.Day)}[/]";
        }
    }

    /// <summary>A line when something new is done, and every few seconds in between.</summary>
    internal sealed class Lines(TextWriter output, TimeProvider time) : IProgress<TrainingStep>
    {
        private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
        private (string, string) _last;
        private long _told;

        public void Report(TrainingStep value)
        {
            var what = (value.Stage, Subject(value));
            if (what == _last && time.GetElapsedTime(_told) < s_pause)
            {
                return;
            }

            _last = what;
            _told = time.GetTimestamp();
            output.WriteLine($"{Subject(value)}: {value.Stage}, {UtcDay.Show(value.Day)}, {100L * value.Done / Math.Max(1, value.Of)} %");
        }
    }
}
