using System.IO.MemoryMappedFiles;
using System.Text.Json;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve;

/// <summary>
/// What made the program fail, over its lives. A record that did so twice is left unread (a dead letter), so that one bad record does not hold up
/// everything for ever; the decision goes to the control log, and a replay leaves the record out too. Which record is in hand stands in a mapped
/// file, so that also a death without a word (a stack that overflowed) tells who it was. Such a death may have had another cause (kill -9, a power
/// cut) that found an innocent record in hand: only who was in hand at the end of three lives in a row is left out.
/// </summary>
internal sealed class FaultMemory : IDisposable
{
    private const long RulePosition = -1;
    private const int SlotBytes = 24;
    private const int Slots = 64;
    private const int MostFaults = 1000;
    private const int Throws = 2;
    private const int Deaths = 3;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _inHand;
    private readonly HashSet<(ulong Source, long Position)> _poison;
    private readonly List<Fault> _faults;

    /// <summary>Opens the memory in a folder; <paramref name="poison"/>: what the control log says already.</summary>
    public FaultMemory(string directory, IEnumerable<ControlEntry> poison)
    {
        Directory.CreateDirectory(directory);
        _path = Path.Combine(directory, "faults.json");
        _poison = [.. poison.Where(e => e.Kind == ControlKinds.Poison).Select(e => (e.Source, e.Position))];
        _faults = Read(_path);
        var stream = new FileStream(Path.Combine(directory, "in-hand"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

        // Written, not merely made long: a page that has no room on a full disk would end the process when it is touched.
        var slots = new byte[Slots * SlotBytes];
        _ = stream.ReadAtLeast(slots, slots.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        stream.Write(slots);
        stream.Flush(flushToDisk: true);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _inHand = _file.CreateViewAccessor();
    }

    /// <summary>
    /// Counts the record that was in hand when the process before ended without a word. Returns those that were at the end of so many lives in a row
    /// that they are to be left out from now on. To be called once, before anything is read.
    /// </summary>
    public IReadOnlyList<(ulong Source, long Position)> NoteDeaths(string message)
    {
        var left = TakeInHand();
        var before = _faults.Count;
        _faults.RemoveAll(fault => fault.Died && !left.Contains((fault.Source, fault.Position)));
        var guilty = left.Where(record => Count(record.Source, record.Position, message, died: true) >= Deaths).ToList();
        if (left.Count > 0 || before != _faults.Count)
        {
            Save();
        }

        return guilty;
    }

    /// <summary>Counts a fault that a record threw; true when it was not the first, and the record is to be left out from now on.</summary>
    public bool Note(ulong source, long position, string message)
    {
        // It is in hand still, and has been counted by this: the next start must not count it again.
        TakeInHand();
        var count = Count(source, position, message, died: false);
        Save();
        return count >= Throws;
    }

    /// <summary>Counts a fault of a rule; true when it was not the first, and the rule is to be disabled.</summary>
    public bool NoteRule(string code, string message) => Note(HashOf(code), RulePosition, message);

    /// <summary>Forgets the faults of a rule: it is disabled, and if it is ever enabled again it begins with a clean sheet.</summary>
    public void ForgiveRule(string code)
    {
        var source = HashOf(code);
        _faults.RemoveAll(f => f.Source == source && f.Position == RulePosition);
        Save();
    }

    /// <summary>Leaves a record out from now on. The control log says so already.</summary>
    public void Leave(ulong source, long position) => _poison.Add((source, position));

    /// <summary>The guard of a worker.</summary>
    public IRecordGuard GuardOf(int worker) => new Guard(_inHand, worker % Slots * SlotBytes, _poison);

    /// <inheritdoc/>
    public void Dispose()
    {
        _inHand.Dispose();
        _file.Dispose();
    }

    private HashSet<(ulong Source, long Position)> TakeInHand()
    {
        var left = new HashSet<(ulong, long)>();
        for (var slot = 0; slot < Slots; slot++)
        {
            if (_inHand.ReadInt64((slot * SlotBytes) + 16) == 1)
            {
                left.Add((_inHand.ReadUInt64(slot * SlotBytes), _inHand.ReadInt64((slot * SlotBytes) + 8)));
                _inHand.Write((slot * SlotBytes) + 16, 0L);
            }
        }

        return left;
    }

    private int Count(ulong source, long position, string message, bool died)
    {
        var known = _faults.Find(f => f.Source == source && f.Position == position && f.Died == died);
        var fault = new Fault(source, position, (known?.Count ?? 0) + 1, message, died);
        _faults.RemoveAll(f => ReferenceEquals(f, known));
        _faults.Add(fault);
        if (_faults.Count > MostFaults)
        {
            _faults.RemoveAt(0);
        }

        return fault.Count;
    }

    private void Save()
    {
        try
        {
            File.WriteAllBytes(_path + ".tmp", JsonSerializer.SerializeToUtf8Bytes(_faults));
            File.Move(_path + ".tmp", _path, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk: this fault is not remembered, and the record gets one chance more than it should. Nothing else depends on it.
        }
    }

    private static List<Fault> Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<List<Fault>>(File.ReadAllBytes(path)) ?? [] : [];
        }
        catch (JsonException)
        {
            // Torn by the crash it was to tell of: counting begins anew, and nothing is left out that need not be.
            return [];
        }
    }

    private static ulong HashOf(string rule) => Core.Text.StableHash.Compute(System.Text.Encoding.UTF8.GetBytes("rule " + rule));

    private sealed record Fault(ulong Source, long Position, int Count, string Message, bool Died = false);

    private sealed class Guard(MemoryMappedViewAccessor inHand, int offset, HashSet<(ulong, long)> poison) : IRecordGuard
    {
        public bool Take(ulong source, long position)
        {
            if (poison.Count > 0 && poison.Contains((source, position)))
            {
                return false;
            }

            inHand.Write(offset, source);
            inHand.Write(offset + 8, position);
            inHand.Write(offset + 16, 1L);
            return true;
        }

        public void Done() => inHand.Write(offset + 16, 0L);
    }
}
