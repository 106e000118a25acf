namespace SecStream.Stages.Json;

/// <summary>
/// Bytes under a scan. <c>Start ≤ p &lt; End</c> is the text; vector loads may start anywhere up to their last start, which takes in what
/// lies behind <see cref="End"/> in the same buffer: it is looked at, never acted on.
/// </summary>
internal readonly unsafe ref struct JsonInput
{
    /// <summary>First byte.</summary>
    public readonly byte* Start;

    /// <summary>One behind the last byte.</summary>
    public readonly byte* End;

    /// <summary>Last address at which 32 bytes may be loaded; before <see cref="Start"/> when there are fewer.</summary>
    public readonly byte* Last32;

    /// <summary>Last address at which 64 bytes may be loaded.</summary>
    public readonly byte* Last64;

    /// <param name="start">First byte of the text.</param>
    /// <param name="end">One behind its last byte.</param>
    /// <param name="readable">One behind the last byte of the pinned memory, at least <paramref name="end"/>.</param>
    public JsonInput(byte* start, byte* end, byte* readable)
    {
        Start = start;
        End = end;
        Last32 = readable - 32;
        Last64 = readable - 64;
    }
}
