namespace SecStream.Training.Days;

/// <summary>A training that can't be done with what is stored. The message says why, and when or how it could.</summary>
public sealed class TrainingRefusedException : InvalidOperationException
{
    /// <summary>Makes one.</summary>
    public TrainingRefusedException()
    {
    }

    /// <summary>Makes one.</summary>
    public TrainingRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    public TrainingRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
