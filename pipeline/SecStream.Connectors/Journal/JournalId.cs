using System.Security.Cryptography;

namespace SecStream.Connectors.Journal;

/// <summary>16 random bytes made once, when a journal is; the identity of its records hangs on them.</summary>
internal sealed class JournalId
{
    /// <summary>Number of bytes.</summary>
    public const int Length = 16;

    private readonly byte[] _bytes;

    /// <summary>An id read from a segment.</summary>
    public JournalId(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes[..Length].ToArray();
        Hex = Convert.ToHexStringLower(_bytes);
        Seed = Crc32C.Append(Crc32C.Start, _bytes);
    }

    /// <summary>The id of a new journal. It must be new and not guessable, so it can be no function of content.</summary>
    public static JournalId Create() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>Where the checksums of its frames begin.</summary>
    public uint Seed { get; }
}
