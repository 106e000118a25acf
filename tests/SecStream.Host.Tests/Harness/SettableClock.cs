namespace SecStream.Host.Tests.Harness;

/// <summary>A clock that goes where the test says.</summary>
internal sealed class SettableClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
