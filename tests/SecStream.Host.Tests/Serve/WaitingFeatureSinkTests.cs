using SecStream.Connectors.Features;
using SecStream.Host.Serve;
using SecStream.Host.Tests.Features;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class WaitingFeatureSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly WaitingFeatureSink _sink;

    public WaitingFeatureSinkTests() => _sink = new WaitingFeatureSink(new FeatureFileSink(Folder), _giveUp.Token);

    private string Folder => _folder.File("features");

    [Fact]
    public async Task Write_DiskThatTakesNothing_WaitsAndLosesNoWindow()
    {
        Directory.Delete(Folder);
        var writing = Task.Run(() => _sink.Write(TrainedModels.Window(20_520)));
        await UntilAsync(() => _sink.Blocked is not null);
        Assert.Contains(Folder, _sink.Blocked, StringComparison.Ordinal);
        Assert.False(writing.IsCompleted);

        Directory.CreateDirectory(Folder);
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(_sink.Blocked);
        await _sink.FlushAsync(CancellationToken.None);
        Assert.Single(new FeatureFileStore(Folder).Read(GeneratedWindows.Schema, GeneratedWindows.Window, 20_520));
    }

    [Fact]
    public async Task Write_ServiceGivesUp_SaysWhatIsWrong()
    {
        Directory.Delete(Folder);
        var writing = Task.Run(() => _sink.Write(TrainedModels.Window(20_520)));
        await UntilAsync(() => _sink.Blocked is not null);
        await _giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => writing.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void DeleteBefore_Day_LetsGoOfThoseBefore()
    {
        _sink.Write(TrainedModels.Window(20_520));
        _sink.Write(TrainedModels.Window(20_521));
        Assert.Equal(1, _sink.DeleteBefore(20_521));
        Assert.Equal([20_521L], new FeatureFileStore(Folder).Days(GeneratedWindows.Schema));
    }

    public void Dispose()
    {
        _sink.Dispose();
        _giveUp.Dispose();
        _folder.Dispose();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 300, "not in 30 s");
            await Task.Delay(100);
        }
    }
}
