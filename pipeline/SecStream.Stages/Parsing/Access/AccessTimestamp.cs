using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing.Access;

/// <summary><c>17/May/2015:10:05:03 +0000</c>: 26 bytes, always with an offset.</summary>
internal static class AccessTimestamp
{
    public const int Length = 26;

    public static bool TryParse(ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (text.Length < Length || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':' || text[20] != ' ')
        {
            return false;
        }

        int day = ByteText.TwoDigits(text, 0), month = CivilTime.Month(text[3..]);
        int century = ByteText.TwoDigits(text, 7), rest = ByteText.TwoDigits(text, 9);
        int hour = ByteText.TwoDigits(text, 12), minute = ByteText.TwoDigits(text, 15), second = ByteText.TwoDigits(text, 18);
        var year = (century * 100) + rest;
        if (century < 0 || rest < 0 || year == 0 || !CivilTime.IsValid(month, day, hour, minute, second)
            || !IsoTimestamp.TryOffset(text.Slice(21, 5), out var offset, out _))
        {
            return false;
        }

        time = CivilTime.Microseconds(year, month, day, CivilTime.TimeOfDay(hour, minute, second, 0)) - offset;
        return true;
    }
}
