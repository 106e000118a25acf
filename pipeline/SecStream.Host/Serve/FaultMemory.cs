using System.IO.MemoryMappedFiles;
using System.Text.Json;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve;

/// <summary>
/// What made the program fail, over its lives. A record that did so twice is left unread (a dead letter), so that one bad record does not hold up
/// everything for ever; the decision goes to the control log, and a replay leaves the record out too. Which record is in hand stands in a mapped
/// file, so that also a death without a word (a stack that overflowed) tells who it was.
/// </summary>
internal sealed class FaultMemory : IDisposable
{
    private const int SlotBytes = 24;
    private const int Slots = 64;
    private const int MostFaults = 1000;

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
        stream.SetLength(Slots * SlotBytes);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _inHand = _file.CreateViewAccessor();
    }

    /// <summary>Records in hand when the process before ended, however it ended.</summary>
    public IReadOnlyList<(ulong Source, long Position)> LeftInHand()
    {
        var left = new List<(ulong, long)>();
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

    /// <summary>Counts a fault at a record; true when it was not the first, and the record is to be left out from now on.</summary>
    public bool Note(ulong source, long position, string message)
    {
        var known = _faults.FindIndex(f => f.Source == source && f.Position == position);
        var fault = known >= 0 ? _faults[known] with { Count = _faults[known].Count + 1, Message = message } : new Fault(source, position, 1, message);
        if (known >= 0)
        {
            _faults.RemoveAt(known);
        }

        _faults.Add(fault);
        if (_faults.Count > MostFaults)
        {
            _faults.RemoveAt(0);
        }

        Write();
        return fault.Count > 1;
    }

    private void Write()
    {
        File.WriteAllBytes(_path + ".tmp", JsonSerializer.SerializeToUtf8Bytes(_faults));
        File.Move(_path + ".tmp", _path, overwrite: true);
    }

    /// <summary>Counts a fault of a rule; true when it was not the first, and the rule is to be disabled.</summary>
    public bool NoteRule(string code, string message) => Note(Core.Text.StableHash.Compute(System.Text.Encoding.UTF8.GetBytes("rule " + code)), -1, message);

    /// <summary>Forgets the faults of a rule: it is disabled, and if it is ever enabled again it begins with a clean sheet.</summary>
    public void ForgiveRule(string code)
    {
        var source = Core.Text.StableHash.Compute(System.Text.Encoding.UTF8.GetBytes("rule " + code));
        _faults.RemoveAll(f => f.Source == source && f.Position == -1);
        Write();
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

    private sealed record Fault(ulong Source, long Position, int Count, string Message);

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
