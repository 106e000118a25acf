using System.Text;
using Microsoft.Win32.SafeHandles;
using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Journal;

/// <summary>A journal in a temporary folder, with a clock and a disk that the test governs.</summary>
internal sealed class TestJournal : IDisposable
{
    private RecordJournal? _journal;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("secstream-journal-").FullName;

    public SetClock Clock { get; } = new();

    public FailingDisk Disk { get; } = new();

    public JournalOptions Options { get; set; } = new() { SegmentBytes = 64 << 10, MaxBytes = 10 << 20, MinFreeBytes = 0 };

    public RecordJournal Journal => _journal ??= RecordJournal.Open(Directory, "test", Options, Clock, Disk);

    public string[] Files => [.. System.IO.Directory.GetFiles(Directory).Order(StringComparer.Ordinal)];

    public RecordJournal Reopen()
    {
        Close();
        return Journal;
    }

    public void Close()
    {
        _journal?.Dispose();
        _journal = null;
    }

    public async Task AppendAsync(params string[] records) => await Journal.AppendAsync(Entries(records), CancellationToken.None);

    public static JournalEntries Entries(params string[] records)
    {
        var entries = new JournalEntries();
        Array.ForEach(records, record => entries.Add(Encoding.UTF8.GetBytes(record)));
        return entries;
    }

    /// <summary>A source of the open journal.</summary>
    public JournalSource Source() => new(Journal, "default");

    /// <summary>What a replay reads.</summary>
    public List<string> Replay()
    {
        Close();
        using var source = JournalSource.OpenForReplay(Directory, "default");
        var records = Read(source);
        Assert.True(source.HasEnded);
        return records;
    }

    /// <summary>Everything there is to read.</summary>
    public static List<string> Read(IRecordSource source) => Slices(source).ConvertAll(s => s.Text);

    /// <summary>Everything there is to read, with where it stands.</summary>
    public static List<(string Text, RecordSlice Slice)> Slices(IRecordSource source)
    {
        var found = new List<(string, RecordSlice)>();
        var batch = new RecordBatch();
        for (batch.Reset(0); source.TryRead(batch); batch.Reset(0))
        {
            found.AddRange(batch.Records.Select(r => (Encoding.UTF8.GetString(batch.Buffer, r.Start, r.Length), r)));
            Assert.Equal(source.Position, batch.EndPosition);
            Assert.NotEqual(0UL, batch.SourceHash);
        }

        return found;
    }

    public void Dispose()
    {
        Close();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>A clock that stands until it is set.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A real disk that is full, or fails, when it is told to.</summary>
internal sealed class FailingDisk : JournalDisk
{
    private int _flushes;

    /// <summary>Bytes that can still be written; a write beyond them gets as far as it can, as on a full disk.</summary>
    public long Room { get; set; } = long.MaxValue;

    public long Free { get; set; } = long.MaxValue;

    public bool FlushFails { get; set; }

    public bool CutFails { get; set; }

    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Set: flushes wait for it, so that a test can pile up appends behind one.</summary>
    public ManualResetEventSlim Gate { get; } = new(true);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        var room = (int)Math.Min(Room, bytes.Length);
        base.Write(file, bytes[..room], offset);
        Room = Room == long.MaxValue ? Room : Room - room;
        if (room < bytes.Length)
        {
            throw new IOException("No space left on device");
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        Gate.Wait();
        Interlocked.Increment(ref _flushes);
        if (FlushFails)
        {
            throw new IOException("Input/output error");
        }

        base.Flush(file);
    }

    public override void SetLength(SafeFileHandle file, long length)
    {
        if (CutFails)
        {
            throw new IOException("Input/output error");
        }

        base.SetLength(file, length);
    }

    public override long FreeBytes(string directory) => Free;
}
