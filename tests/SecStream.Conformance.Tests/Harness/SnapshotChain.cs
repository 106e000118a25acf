using SecStream.Core.Pipeline.State;
using SecStream.Engine;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>What a disk would hold after a base and some deltas; what they make together must be, to the byte, what a full save makes.</summary>
internal sealed class SnapshotChain
{
    private readonly List<byte[]> _links = [];

    /// <summary>Deltas taken so far.</summary>
    public int Deltas { get; private set; }

    /// <summary>Takes a base the first time, then what has changed.</summary>
    public async Task CaptureAsync(Pump pump, CancellationToken cancellation)
    {
        using var delta = await pump.CaptureAsync(full: false, [], cancellation);
        if (delta.IsFull)
        {
            _links.Clear();
        }
        else
        {
            Deltas++;
        }

        using var entries = delta.Sorted();
        _links.Add(Write(entries, withDeleted: true));
    }

    /// <summary>Base and deltas as one.</summary>
    public StateReader Merged() => new MergedStateReader(_links.Select(link => new StreamStateReader(new BinaryReader(new MemoryStream(link)))));

    /// <summary>The bytes a full save would have.</summary>
    public byte[] MergedBytes()
    {
        using var merged = Merged();
        return Write(merged, withDeleted: false);
    }

    /// <summary>The first entry in which a full save differs from what this makes.</summary>
    public string Difference(byte[] full)
    {
        using var merged = Merged();
        using var saved = new StreamStateReader(new BinaryReader(new MemoryStream(full)));
        for (var entry = 0; ; entry++)
        {
            var (here, there) = (Next(merged), saved.Read());
            if (here != there || (here && (!merged.FullKey.SequenceEqual(saved.FullKey) || !merged.Value.SequenceEqual(saved.Value))))
            {
                return $"entry {entry}: {(here ? $"{merged.Place} {System.Text.Encoding.UTF8.GetString(merged.Key)} {Convert.ToHexString(merged.Value)}" : "none")} "
                    + $"is not {(there ? $"{saved.Place} {System.Text.Encoding.UTF8.GetString(saved.Key)} {Convert.ToHexString(saved.Value)}" : "none")}";
            }

            if (!here)
            {
                return "no entry differs";
            }
        }
    }

    private static bool Next(StateReader reader)
    {
        var read = reader.Read();
        while (read && reader.IsDeleted)
        {
            read = reader.Read();
        }

        return read;
    }

    private static byte[] Write(StateReader entries, bool withDeleted)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        StateStream.Write(writer, entries, withDeleted);
        return stream.ToArray();
    }
}
