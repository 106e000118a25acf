using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using SecStream.Core.Features;

namespace SecStream.Connectors.Features;

/// <summary>A place between two blocks of a feature file.</summary>
/// <param name="Offset">Byte at which the next block begins; 0: the first block.</param>
/// <param name="Last">Byte at which the block before it begins.</param>
/// <param name="Check">Checksum of that block's head: another one there says that the file has been cut and gone on differently since.</param>
internal readonly record struct FeaturePlace(long Offset, long Last, uint Check);

/// <summary>Reads a feature file on from a place, also while it is written. Not thread-safe.</summary>
internal sealed class FeatureFileFollower : IDisposable
{
    private const int CheckAt = 12;

    private readonly SafeFileHandle _file;
    private readonly long _first;

    private FeatureFileFollower(SafeFileHandle file, FeatureSchema schema, long first) => (_file, Schema, _first) = (file, schema, first);

    /// <summary>What the file's vectors mean.</summary>
    public FeatureSchema Schema { get; }

    /// <summary>Blocks found damaged and passed over.</summary>
    public int Damaged { get; private set; }

    /// <summary>Opens a file; null when it is gone, or its head is not whole (yet).</summary>
    public static FeatureFileFollower? Open(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // It went between the listing and now: its day is over.
            return null;
        }

        var schema = FeatureBlock.ReadHead(file, out var first);
        if (schema is null)
        {
            file.Dispose();
            return null;
        }

        return new FeatureFileFollower(file, schema, first);
    }

    /// <summary>Whether a place kept from before is still one: a power cut may have taken blocks that were read already.</summary>
    public bool Has(FeaturePlace place) =>
        place.Last >= _first && FeatureBlock.TryRead(_file, place.Last, out _, out var next, isSkipped: true) && next == place.Offset && CheckOf(place.Last) == place.Check;

    /// <summary>Reads blocks on from a place.</summary>
    /// <param name="place">Where; afterwards the place behind what was read.</param>
    /// <param name="bytes">Stops when it has so many bytes of records.</param>
    /// <param name="isPatient">A damaged block at the very end may still be being written: it is not passed over.</param>
    /// <param name="records">Receives the records.</param>
    /// <returns>Whether anything was read or passed over.</returns>
    public bool Read(ref FeaturePlace place, int bytes, bool isPatient, ArrayBufferWriter<byte> records)
    {
        var began = place;
        var at = Math.Max(place.Offset, _first);
        while (records.WrittenCount < bytes && FeatureBlock.TryRead(_file, at, out var block, out var next))
        {
            if (block is not null)
            {
                records.Write(block);
            }
            else if (isPatient && next >= RandomAccess.GetLength(_file))
            {
                break;
            }
            else
            {
                Damaged++;
            }

            place = new FeaturePlace(next, at, CheckOf(at));
            at = next;
        }

        return place != began;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private uint CheckOf(long block)
    {
        Span<byte> check = stackalloc byte[4];
        return RandomAccess.Read(_file, check, block + CheckAt) == check.Length ? BinaryPrimitives.ReadUInt32LittleEndian(check) : 0;
    }
}
