using SecStream.Connectors.Features;
using SecStream.Host.Configuration;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Trainer;
using SecStream.Training.Schedule;

namespace SecStream.Host.Serve;

/// <content>Profiles, models and their training.</content>
internal sealed partial class ServeRun
{
    private static WaitingFeatureSink? OpenFeatures(ServiceOptions options, StackParts stack, CancellationToken giveUp)
    {
        if (!options.Pipeline.HasProfiles)
        {
            return null;
        }

        try
        {
            // Whoever takes a member's place has none of its files.
            return new WaitingFeatureSink(
                new FeatureFileSink(Path.Combine(options.Data, StoredWindows.FolderName)), giveUp,
                options.IsGroupMember && stack.Elasticsearch?.Windows is { } windows ? windows.ShippedAsync : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"data: {fault.Message}; the service needs the right to write there", fault);
        }
    }

    /// <summary>Trainings by the schedule, where the service does them itself.</summary>
    private Task[] Trainings(CancellationToken cancellation)
    {
        if (_features is null || !_options.Training.Enabled)
        {
            return [];
        }

        var trainer = new BackgroundTrainer(_options, StoredWindows.Of(_options, _stack.Elasticsearch?.Transport, _time), _time, Tell);
        return [KeepUpAsync("training", trainer.RunAsync, cancellation)];
    }

    private void Tell(TrainerOutcome outcome)
    {
        if (outcome.IsFault)
        {
            _log.Warning(outcome.Text);
        }
        else
        {
            _log.Notice(outcome.Text);
        }
    }
}
