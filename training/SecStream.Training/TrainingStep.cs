namespace SecStream.Training;

/// <summary>How far something long is.</summary>
/// <param name="Stage">What is done: <c>learn</c>, <c>calibrate</c>, <c>evaluate</c>, <c>back-test</c> …</param>
/// <param name="Profile">The class: profile.</param>
/// <param name="Window">The class: length of the windows, µs.</param>
/// <param name="Day">The day just read, number since 1970.</param>
/// <param name="Done">Steps done of this stage and class.</param>
/// <param name="Of">Steps of this stage and class.</param>
public readonly record struct TrainingStep(string Stage, string Profile, long Window, long Day, int Done, int Of);
