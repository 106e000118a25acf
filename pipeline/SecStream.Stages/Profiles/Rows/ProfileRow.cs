using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Model;

namespace SecStream.Stages.Profiles.Rows;

/// <summary>
/// What an event means to a key of a profile:
/// <code>
/// header (72) | key | conditions that hold (4) | numbers: 8 each | hashes: 8 each | direction of the source's place: 3 × 4, if the profile has it
///   | categories: hash (8), length (1), text
/// </code>
/// </summary>
internal static class ProfileRow
{
    /// <summary>A number that the event does not have.</summary>
    public const long NoNumber = long.MinValue;

    /// <summary>A value that the event does not have.</summary>
    public const ulong NoHash = 0;

    /// <summary>Longest text of a category, in bytes.</summary>
    public const int MaxTextBytes = 64;

    /// <summary>Bytes between key and categories.</summary>
    public static int FixedBytes(Profile profile) => 4 + (8 * profile.Numbers.Length) + (8 * profile.Hashes.Length) + (profile.HasLocation ? 12 : 0);

    /// <summary>A hash that is never <see cref="NoHash"/>.</summary>
    public static ulong Some(ulong hash) => hash == NoHash ? 1 : hash;

    /// <summary>Reads a number out of a part of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(ReadOnlySpan<byte> bytes, int at)
        where T : unmanaged => MemoryMarshal.Read<T>(bytes[at..]);
}
