using System.Buffers;
using Microsoft.Win32.SafeHandles;
using SecStream.Connectors.Journal;
using SecStream.Core.Features;
using SecStream.Core.Text;

namespace SecStream.Connectors.Features;

/// <summary>Appends to one feature file. What a crash left unfinished at its end is cut off when it is opened. Not thread-safe.</summary>
internal sealed class FeatureFileWriter : IDisposable
{
    private const int BlockBytes = 256 << 10;

    private readonly ByteWriter _records = new(BlockBytes + (16 << 10));
    private readonly JournalDisk _disk;
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _isUnflushed;

    /// <summary>Opens the file of a schema and day, or makes it.</summary>
    public FeatureFileWriter(string folder, FeatureFileName name, FeatureSchema schema, JournalDisk disk)
    {
        _disk = disk;
        Name = name;
        var path = Path.Combine(folder, name.ToString());
        var isNew = !File.Exists(path);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Open(schema);
            if (isNew)
            {
                _disk.FlushDirectory(folder);
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>What it is a file of.</summary>
    public FeatureFileName Name { get; }

    /// <summary>When it was written to last, in windows of all files.</summary>
    public long LastUse { get; set; }

    /// <summary>Appends a window.</summary>
    public void Write(FeatureVector window)
    {
        // First, so that a window whose turn fails and comes again is not taken twice.
        if (_records.Length >= BlockBytes)
        {
            WriteBlock();
        }

        FeatureRecord.Write(window, _records);
    }

    /// <summary>Returns when everything is on the disk.</summary>
    public void Flush()
    {
        WriteBlock();
        if (_isUnflushed)
        {
            _disk.Flush(_file);
            _isUnflushed = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Open(FeatureSchema schema)
    {
        if (FeatureBlock.ReadHead(_file, out _length) is null)
        {
            // Empty, or torn while it was made: it holds no window.
            var head = FeatureBlock.Head(schema);
            _disk.SetLength(_file, 0);
            _disk.Write(_file, head, 0);
            _length = head.Length;
            _isUnflushed = true;
            return;
        }

        while (FeatureBlock.TryRead(_file, _length, out _, out var next, isSkipped: true))
        {
            _length = next;
        }

        _disk.SetLength(_file, _length);
    }

    private void WriteBlock()
    {
        if (_records.Length == 0)
        {
            return;
        }

        var block = FeatureBlock.Build(_records.Written, out var length);
        try
        {
            _disk.Write(_file, block.AsSpan(0, length), _length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _length += length;
        _isUnflushed = true;
        _records.Reset();
    }
}
