using System.Diagnostics;
using SecStream.Core.Features;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

public sealed class SpeedTests(ITestOutputHelper output)
{
    [Fact]
    public void Judge_OrdinaryWindows_AllocatesNothing()
    {
        var trained = TrainedFleet.Of(FleetKind.Seasonal, 200, 2);
        var judge = trained.Set.JudgeOf(Fleet.Schema, Fleet.Hour)!;
        var windows = trained.Fleet.Read(Fleet.FirstDay + 22).Select(v => v.Copy()).ToArray();
        var bare = windows.Select(w => { var c = w.Copy(); c.Steps.Clear(); return c; }).ToArray();
        foreach (var (name, set) in new[] { ("steps", windows), ("no steps", bare) })
        {
            var best = double.MaxValue;
            long bytes = 0;
            for (var round = 0; round < 400; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var start = Stopwatch.GetTimestamp();
                foreach (var w in set) judge.Judge(w);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / set.Length);
                bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            output.WriteLine($"{name}: {best:0} ns, {bytes} bytes for {set.Length}");
            Assert.Equal(0, bytes);
        }
    }
}
