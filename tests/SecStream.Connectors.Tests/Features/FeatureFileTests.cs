using SecStream.Connectors.Features;
using SecStream.Connectors.Journal;
using SecStream.Connectors.Tests.Journal;
using SecStream.Core.Events;
using SecStream.Core.Features;
using Xunit;

namespace SecStream.Connectors.Tests.Features;

public sealed class FeatureFileTests : IDisposable
{
    private const long Day = 20_000;

    private static readonly FeatureSchema Schema = new()
    {
        Profile = "user",
        Version = "0123456789abcdef",
        KeyNames = ["user.name"],
        Windows = [5 * EventClock.Minute, EventClock.Hour],
        Features = [new FeatureDefinition { Name = "requests", Noun = "requests", IsCount = true }, new FeatureDefinition { Name = "errors", Noun = "errors", Scale = FeatureScale.Linear }],
        Categories = [new CategoryDefinition("country", "source.geo.country_iso_code", 0.5)],
        HasSteps = true,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("features").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_ThenRead_GivesTheSameWindowsInOrder()
    {
        var windows = Enumerable.Range(0, 500).Select(i => Window(Schema, $"user{i * 37 % 100:D3}", i / 100, i)).ToList();
        using (var sink = new FeatureFileSink(_folder))
        {
            windows.OrderBy(w => w.Values[0] * 7919 % 500).ToList().ForEach(sink.Write);
            Assert.Equal(500, sink.Written);
        }

        var store = new FeatureFileStore(_folder);
        var read = store.Read(Schema, 5 * EventClock.Minute, Day).Select(Text).ToList();
        Assert.Equal(windows.OrderBy(w => w.End).ThenBy(w => System.Text.Encoding.UTF8.GetString(w.Key), StringComparer.Ordinal).Select(Text), read);
        Assert.Equal([Day], store.Days(Schema));
        var schema = Assert.Single(store.Schemas());
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(Schema), System.Text.Json.JsonSerializer.Serialize(schema));
        Assert.Empty(store.Read(Schema, EventClock.Hour, Day));
    }

    /// <summary>Whoever waits for room gives the same window again and again: the file is as if there had been room all the time.</summary>
    [Fact]
    public void Write_FullDiskAndAgain_TakesNoWindowTwice()
    {
        var windows = Enumerable.Range(0, 6000).Select(i => Window(Schema, $"user{i % 100:D3}", i / 100, i)).ToList();
        var (disk, refused) = (new FailingDisk { Room = 10_000 }, 0);
        foreach (var (folder, writes) in new (string, JournalDisk)[] { ("full", disk), ("whole", new JournalDisk()) })
        {
            using var sink = new FeatureFileSink(Path.Combine(_folder, folder), writes);
            foreach (var window in windows)
            {
                while (!TryWrite(sink, window))
                {
                    disk.Room = ++refused < 5 ? 0 : long.MaxValue;
                }
            }
        }

        Assert.Equal(5, refused);
        var files = new[] { "full", "whole" }.Select(folder => Directory.GetFiles(Path.Combine(_folder, folder)).Single()).Select(File.ReadAllBytes).ToList();
        Assert.Equal(files[1], files[0]);
    }

    private static bool TryWrite(FeatureFileSink sink, FeatureVector window)
    {
        try
        {
            sink.Write(window);
            return true;
        }
        catch (IOException)
        {
            // The disk is full; there will be room.
            return false;
        }
    }

    [Fact]
    public void Write_WindowEndingAtMidnight_BelongsToTheDayBefore()
    {
        using var sink = new FeatureFileSink(_folder);
        sink.Write(Window(Schema, "a", 287, 1));
        sink.Write(Window(Schema, "a", 288, 2));
        sink.Flush();
        Assert.Equal([Day, Day + 1], new FeatureFileStore(_folder).Days(Schema));
        Assert.Equal((Day + 1) * EventClock.Day, new FeatureFileStore(_folder).Read(Schema, 5 * EventClock.Minute, Day).Single().End);
    }

    [Fact]
    public void Read_WindowWrittenTwice_GivesTheLast()
    {
        using (var sink = new FeatureFileSink(_folder))
        {
            sink.Write(Window(Schema, "a", 0, 1));
            sink.Write(Window(Schema, "b", 0, 2));
        }

        using (var sink = new FeatureFileSink(_folder))
        {
            sink.Write(Window(Schema, "a", 0, 3));
        }

        Assert.Equal([3.0, 2.0], new FeatureFileStore(_folder).Read(Schema, 5 * EventClock.Minute, Day).Select(w => w.Values[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(40)]
    public void Open_TornTail_IsCutOffAndWritingGoesOn(int missing)
    {
        WriteThreeBlocks();
        var path = Directory.GetFiles(_folder).Single();
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - missing);
        }

        Assert.Equal([0.0, 1.0], Read());
        using (var sink = new FeatureFileSink(_folder))
        {
            sink.Write(Window(Schema, "d", 0, 9));
        }

        Assert.Equal([0.0, 1.0, 9.0], Read());
    }

    [Fact]
    public void Open_GarbageBehindTheEnd_IsCutOff()
    {
        WriteThreeBlocks();
        File.AppendAllBytes(Directory.GetFiles(_folder).Single(), new byte[100]);
        Assert.Equal([0.0, 1.0, 2.0], Read());
        using (var sink = new FeatureFileSink(_folder))
        {
            sink.Write(Window(Schema, "d", 0, 9));
        }

        Assert.Equal([0.0, 1.0, 2.0, 9.0], Read());
    }

    [Fact]
    public void Read_DamagedBlock_IsLeftOutAndCounted()
    {
        WriteThreeBlocks();
        var path = Directory.GetFiles(_folder).Single();
        var bytes = File.ReadAllBytes(path);
        bytes[^60] ^= 1;
        File.WriteAllBytes(path, bytes);
        var store = new FeatureFileStore(_folder);
        Assert.Equal(2, store.Read(Schema, 5 * EventClock.Minute, Day).Count());
        Assert.Equal(1, store.DamagedBlocks);
    }

    [Fact]
    public void Write_ManyDaysAndSchemas_KeepsFewFilesOpenAndLosesNothing()
    {
        using (var sink = new FeatureFileSink(_folder))
        {
            for (var round = 0; round < 2; round++)
            {
                for (var day = 0; day < 50; day++)
                {
                    sink.Write(Window(Schema, $"r{round}", day * 288, round));
                }
            }
        }

        var store = new FeatureFileStore(_folder);
        Assert.Equal(50, store.Days(Schema).Count);
        Assert.All(store.Days(Schema), day => Assert.Equal(2, store.Read(Schema, 5 * EventClock.Minute, day).Count()));
    }

    [Fact]
    public void Schemas_SeveralVersions_TheLatestIsLast()
    {
        using var sink = new FeatureFileSink(_folder);
        sink.Write(Window(Schema with { Version = "f" }, "a", 0, 1));
        sink.Write(Window(Schema with { Version = "a" }, "a", 288, 1));
        sink.Write(Window(Schema with { Profile = "host", Version = "x" }, "a", 288, 1));
        sink.Flush();
        Assert.Equal([("host", "x"), ("user", "f"), ("user", "a")], new FeatureFileStore(_folder).Schemas().Select(s => (s.Profile, s.Version)));
    }

    [Fact]
    public void DeleteBefore_OldDays_AreGone()
    {
        using var sink = new FeatureFileSink(_folder);
        sink.Write(Window(Schema, "a", 0, 1));
        sink.Write(Window(Schema, "a", 288, 2));
        Assert.Equal(1, sink.DeleteBefore(Day + 1));
        sink.Write(Window(Schema, "b", 288, 3));
        sink.Flush();
        Assert.Equal([Day + 1], new FeatureFileStore(_folder).Days(Schema));
        Assert.Equal(2, new FeatureFileStore(_folder).Read(Schema, 5 * EventClock.Minute, Day + 1).Count());
    }

    [Fact]
    public void Write_FromManyThreads_LosesNothing()
    {
        using (var sink = new FeatureFileSink(_folder))
        {
            Parallel.For(0, 4, thread =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    sink.Write(Window(Schema, $"t{thread}-{i}", i % 200, i));
                }
            });
        }

        Assert.Equal(8000, Read().Count);
    }

    [Fact]
    public void Store_NoFolder_IsEmpty() => Assert.Empty(new FeatureFileStore(Path.Combine(_folder, "none")).Schemas());

    private void WriteThreeBlocks()
    {
        using var sink = new FeatureFileSink(_folder);
        for (var i = 0; i < 3; i++)
        {
            sink.Write(Window(Schema, $"{(char)('a' + i)}", 0, i));
            sink.Flush();
        }
    }

    private List<double> Read() => [.. new FeatureFileStore(_folder).Read(Schema, 5 * EventClock.Minute, Day).Select(w => w.Values[0])];

    private static FeatureVector Window(FeatureSchema schema, string key, int number, double value)
    {
        var vector = FeatureVector.Of(schema);
        vector.Key = System.Text.Encoding.UTF8.GetBytes(key);
        vector.Start = (Day * EventClock.Day) + (number * 5 * EventClock.Minute);
        vector.End = vector.Start + (5 * EventClock.Minute);
        vector.Events = 1 + (long)value;
        vector.Values[0] = value;
        vector.Values[1] = value % 2 == 0 ? double.NaN : value / 3;
        vector.Categories[0].Add(new CategoryCount(77, "Österreich", 5));
        vector.Steps.AddRange([1, ulong.MaxValue]);
        return vector;
    }

    private static string Text(FeatureVector w) =>
        $"{System.Text.Encoding.UTF8.GetString(w.Key)} {w.Start} {w.End} {w.Events} {string.Join(',', w.Values)} {string.Join(',', w.Categories[0])} {string.Join(',', w.Steps)}";
}
