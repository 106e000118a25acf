using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing.Guides;

namespace SecStream.Stages.Ingest;

/// <summary>
/// What a document of ours says of how its event was taken at first: ahead of its time and evaluated at another, or too late to be evaluated.
/// Read again it is taken the same way, without being judged by a clock that may stand elsewhere.
/// </summary>
internal static class StoredTiming
{
    public static bool TryRead(EventRecord record, out Timing timing, out long evaluated)
    {
        timing = Timing.OnTime;
        evaluated = record.Time;
        if (!record.IsEcsJson)
        {
            return false;
        }

        if (record.Text(Ecs.SecstreamLate).SequenceEqual("unevaluated"u8))
        {
            timing = Timing.Unevaluated;
            return true;
        }

        if (record.Has(Ecs.SecstreamEvaluatedAt) && JsonTimestamp.TryRead(record, Ecs.SecstreamEvaluatedAt, out var time))
        {
            timing = Timing.Skewed;
            evaluated = time;
            return true;
        }

        return false;
    }
}
