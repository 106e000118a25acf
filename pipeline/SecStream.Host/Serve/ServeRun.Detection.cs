using SecStream.Connectors.Features;
using SecStream.Host.Configuration;
using SecStream.Host.Trainer;
using SecStream.Training.Schedule;

namespace SecStream.Host.Serve;

/// <content>Profiles, models and their training.</content>
internal sealed partial class ServeRun
{
    private static WaitingFeatureSink? OpenFeatures(ServiceOptions options, CancellationToken giveUp)
    {
        if (!options.Pipeline.HasProfiles)
        {
            return null;
        }

        try
        {
            return new WaitingFeatureSink(new FeatureFileSink(Path.Combine(options.Data, StoredWindows.FolderName)), giveUp);
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

        var trainer = new BackgroundTrainer(_options, StoredWindows.Open(_options.Data), _time, Tell);
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
