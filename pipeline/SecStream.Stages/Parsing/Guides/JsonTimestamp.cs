using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing.Guides;

/// <summary>The time of a JSON document, however it is written: ISO text (UTC when it names no zone), epoch number, epoch number as text.</summary>
internal static class JsonTimestamp
{
    public static bool TryRead(EventRecord record, int field, out long time)
    {
        time = 0;
        var value = record.Get(field);
        switch (value.Kind)
        {
            case FieldKind.Integer:
                return EpochTimestamp.TryConvert(value.Bits, out time);
            case FieldKind.Float:
                return EpochTimestamp.TryConvert(value.Number, out time);
            case FieldKind.Text:
                var text = ByteText.Trim(record.Text(in value));
                return IsoTimestamp.TryParse(text, out time, out _)
                    || (text.Length >= 9 && ByteText.TryDigits(text, out var number) && EpochTimestamp.TryConvert(number, out time));
            default:
                return false;
        }
    }

    /// <summary>The first of the fields that holds a time.</summary>
    public static bool TryRead(EventRecord record, int[] candidates, out long time)
    {
        foreach (var field in candidates)
        {
            if (TryRead(record, field, out time))
            {
                return true;
            }
        }

        time = 0;
        return false;
    }
}
