using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Files;

public sealed class FileControlLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("secstream-control-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Append_Reopened_GoesOnCounting()
    {
        using (var log = new FileControlLog(_folder, TimeProvider.System))
        {
            log.Append([Idle(1), Idle(2)]);
        }

        using var again = new FileControlLog(_folder, TimeProvider.System);
        again.Append(Idle(3));
        Assert.Equal(3, again.Count);
        Assert.Equal([2, 3], again.Read(1).Select(e => e.Value));
    }

    [Fact]
    public void Open_TornAtEveryByteOfTheLastEntry_ForgetsThatEntryOnly()
    {
        using (var log = new FileControlLog(_folder, TimeProvider.System))
        {
            log.Append([Idle(1), Idle(2)]);
        }

        var path = Directory.GetFiles(_folder).Single();
        var bytes = File.ReadAllBytes(path);
        var start = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = start; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);

            // The whole text without its line end may be read as in force by somebody who only reads; the writer takes it back.
            Assert.InRange(FileControlLog.ReadFolder(_folder).Count(), 1, length == bytes.Length - 1 ? 2 : 1);
            using var log = new FileControlLog(_folder, TimeProvider.System);
            Assert.Equal(1, log.Count);
            log.Append(Idle(7));
            Assert.Equal([1, 7], log.Read(0).Select(e => e.Value));
        }
    }

    [Fact]
    public void Read_EntryDamagedInTheMiddle_NamesFileAndLine()
    {
        using (var log = new FileControlLog(_folder, TimeProvider.System))
        {
            log.Append([Idle(1), Idle(2)]);
        }

        var path = Directory.GetFiles(_folder).Single();
        File.WriteAllText(path, "{\"n\":0,\"kind\":\n" + File.ReadAllText(path));
        var fault = Assert.Throws<InvalidDataException>(() => FileControlLog.ReadFolder(_folder).ToList());
        Assert.Contains(path + ":1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forget_OldFiles_KeepsVersionsAndNumbers()
    {
        var many = Enumerable.Range(0, 30_000).Select(i => Idle(i)).ToArray();
        using (var log = new FileControlLog(_folder, TimeProvider.System))
        {
            log.Append(new ControlEntry(ControlKinds.Activate, 0, 0, 5, "rules", "v1"));
            for (var i = 0; i < 4; i++)
            {
                log.Append(many);
            }

            Assert.True(Directory.GetFiles(_folder).Length > 1);
            log.Forget(log.Count, DateTimeOffset.UtcNow.AddMinutes(1));
            log.Append(new ControlEntry(ControlKinds.Activate, 0, 0, 6, "rules", "v2"));
        }

        var kept = FileControlLog.ReadFolder(_folder).Where(e => e.Kind == ControlKinds.Activate).Select(e => e.Detail);
        Assert.Equal(["v1", "v2"], kept);
        using var again = new FileControlLog(_folder, TimeProvider.System);
        Assert.Equal(120_002, again.Count);
        Assert.Equal("v2", again.Read(120_001).Single().Detail);
    }

    private static ControlEntry Idle(long value) => new(ControlKinds.Idle, 1, value * 10, value, "source \"one\"\n", "");
}
