using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class EngineFaultTests
{
    /// <summary>The driver meets the fault of a stage at the next standstill; what is told must be the record, or it is never left out.</summary>
    [Fact]
    public async Task RunAsync_RecordFaultMetByTheDriver_IsTheFaultThatIsTold()
    {
        using var folder = new TemporaryFolder();
        using var source = new FileSource(folder.Write("a.log", "line 1\n"), "default");
        using var engine = new BareEngine(source);
        engine.Working = batch => throw new RecordFaultException("a.log", batch.SourceHash, 0, new InvalidOperationException("a defect"));
        var fault = await Assert.ThrowsAsync<RecordFaultException>(() => engine.RunAsync(async (pump, _) =>
        {
            await pump.PumpAsync(CancellationToken.None);
            await Task.Delay(200, CancellationToken.None);
            await pump.SwapAsync(() => true, CancellationToken.None);
        }));
        Assert.Equal(0, fault.Position);
    }
}
