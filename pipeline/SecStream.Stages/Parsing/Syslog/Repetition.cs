namespace SecStream.Stages.Parsing.Syslog;

/// <summary>How syslog daemons write that a message came again.</summary>
internal static class Repetition
{
    /// <summary>No more occurrences are believed: one forged line may not stand for millions.</summary>
    public const int MaxCount = 100_000;

    /// <summary><c>message repeated N times: [ inner]</c>; an inner message that was cut off keeps what is there.</summary>
    public static bool TryInner(ReadOnlySpan<byte> message, out int count, out ReadOnlySpan<byte> inner)
    {
        inner = default;
        count = 0;
        if (!message.StartsWith("message repeated "u8))
        {
            return false;
        }

        var rest = message["message repeated "u8.Length..];
        if (!TryCount(ref rest, out count) || !rest.StartsWith(" times: ["u8))
        {
            return false;
        }

        inner = rest[" times: ["u8.Length..];
        inner = !inner.IsEmpty && inner[0] == ' ' ? inner[1..] : inner;
        inner = !inner.IsEmpty && inner[^1] == ']' ? inner[..^1] : inner;
        return true;
    }

    /// <summary><c>last message repeated N times</c>, also between dashes as macOS writes it.</summary>
    public static bool IsLast(ReadOnlySpan<byte> message, out int count)
    {
        count = 0;
        var rest = message.Trim("- "u8);
        if (!rest.StartsWith("last message repeated "u8))
        {
            return false;
        }

        rest = rest["last message repeated "u8.Length..];
        return TryCount(ref rest, out count) && (rest.SequenceEqual(" times"u8) || rest.SequenceEqual(" time"u8));
    }

    private static bool TryCount(ref ReadOnlySpan<byte> rest, out int count)
    {
        var end = rest.IndexOf((byte)' ');
        count = 0;
        if (end <= 0 || !ByteText.TryDigits(rest[..end], out var value))
        {
            return false;
        }

        count = (int)Math.Clamp(value, 1, MaxCount);
        rest = rest[end..];
        return true;
    }
}
