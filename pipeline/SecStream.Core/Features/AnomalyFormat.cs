using System.Buffers.Binary;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Observations;
using SecStream.Core.Text;

namespace SecStream.Core.Features;

/// <summary>
/// An anomaly as bytes, as rows, histories and snapshots carry it: at most <see cref="MaxBytes"/>, whatever is in it. The same anomaly gives the same bytes.
/// <code>
/// version | subject | severity | profile | start | end − start | events | grade | p | confidence | expected false per day | model
/// | detectors: name, score, p, weight | contributions: feature, noun, six numbers, value, known | evidence: id, time − start, count
/// </code>
/// Counts and times are variable-length integers, numbers 8 bytes, texts a length and UTF-8; longer texts are cut.
/// </summary>
public static class AnomalyFormat
{
    /// <summary>Most bytes of an anomaly.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Most events listed.</summary>
    public const int MaxEvidence = 100;

    /// <summary>Most contributions kept: the first.</summary>
    public const int MaxContributions = 5;

    /// <summary>Most opinions kept: the first.</summary>
    public const int MaxDetectors = 8;

    private const byte Version = 1;
    private const int MaxNameBytes = 64;
    private const int MaxTextBytes = 256;

    /// <summary>Appends an anomaly.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="anomaly">The anomaly.</param>
    /// <param name="subject">Stands for whose it is: windows of the same profile and key have the same.</param>
    public static void Write(ByteWriter to, Anomaly anomaly, ulong subject)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(anomaly);
        to.WriteByte(Version);
        WriteNumber(to, (long)subject);
        to.WriteByte((byte)((anomaly.Severity is { } severity ? (int)severity : -1) + 1));
        WriteText(to, anomaly.Profile, MaxNameBytes);
        WriteNumber(to, anomaly.Start);
        WriteCount(to, anomaly.End - anomaly.Start);
        WriteCount(to, anomaly.Events);
        WriteNumbers(to, [anomaly.Grade, anomaly.P, anomaly.Confidence, anomaly.ExpectedFalsePerDay]);
        WriteText(to, anomaly.Model, MaxTextBytes);
        var detectors = anomaly.Detectors.AsSpan(0, Math.Min(MaxDetectors, anomaly.Detectors.Length));
        WriteCount(to, detectors.Length);
        foreach (var detector in detectors)
        {
            WriteText(to, detector.Name, MaxNameBytes);
            WriteNumbers(to, [detector.Score, detector.P, detector.Weight]);
        }

        WriteContributions(to, anomaly.Contributions.AsSpan(0, Math.Min(MaxContributions, anomaly.Contributions.Length)));
        WriteEvidence(to, anomaly.Evidence.AsSpan(0, Math.Min(MaxEvidence, anomaly.Evidence.Length)), anomaly.Start);
    }

    /// <summary>Reads an anomaly.</summary>
    /// <exception cref="InvalidDataException">The bytes are none, or of another version.</exception>
    public static Anomaly Read(ReadOnlySpan<byte> bytes, out ulong subject)
    {
        var from = new Reading(bytes);
        if (from.Byte() is var version && version != Version)
        {
            throw new InvalidDataException($"an anomaly of format {version}; this program reads format {Version}");
        }

        subject = (ulong)from.Number();
        var severity = from.Byte();
        var profile = from.Text();
        var start = from.Number();
        return new Anomaly
        {
            Severity = severity == 0 ? null : (Severity)(severity - 1),
            Profile = profile,
            Start = start,
            End = start + from.Count(),
            Events = from.Count(),
            Grade = from.Double(),
            P = from.Double(),
            Confidence = from.Double(),
            ExpectedFalsePerDay = from.Double(),
            Model = from.Text(),
            Detectors = ReadDetectors(ref from),
            Contributions = ReadContributions(ref from),
            Evidence = ReadEvidence(ref from, start),
        };
    }

    private static void WriteContributions(ByteWriter to, ReadOnlySpan<Contribution> contributions)
    {
        WriteCount(to, contributions.Length);
        foreach (var c in contributions)
        {
            WriteText(to, c.Feature, MaxNameBytes);
            WriteText(to, c.Noun, MaxNameBytes);
            WriteNumbers(to, [c.Observed, c.Expected, c.Low, c.High, c.Share, c.Deviation]);
            to.WriteByte((byte)((c.Value is null ? 0 : 1) | (c.Known is null ? 0 : 2)));
            WriteText(to, c.Value ?? "", MaxTextBytes);
            WriteText(to, c.Known ?? "", MaxTextBytes);
        }
    }

    private static void WriteEvidence(ByteWriter to, ReadOnlySpan<WindowEvent> evidence, long start)
    {
        WriteCount(to, evidence.Length);
        foreach (var item in evidence)
        {
            WriteNumber(to, (long)item.Id.High);
            WriteNumber(to, (long)item.Id.Low);
            WriteCount(to, item.Time - start);
            WriteCount(to, item.Count);
        }
    }

    private static DetectorOpinion[] ReadDetectors(ref Reading from)
    {
        var detectors = new DetectorOpinion[from.Count(MaxDetectors)];
        for (var i = 0; i < detectors.Length; i++)
        {
            detectors[i] = new(from.Text(), from.Double(), from.Double(), from.Double());
        }

        return detectors;
    }

    private static Contribution[] ReadContributions(ref Reading from)
    {
        var contributions = new Contribution[from.Count(MaxContributions)];
        for (var i = 0; i < contributions.Length; i++)
        {
            var (feature, noun) = (from.Text(), from.Text());
            var numbers = (from.Double(), from.Double(), from.Double(), from.Double(), from.Double(), from.Double());
            var has = from.Byte();
            var (value, known) = (from.Text(), from.Text());
            contributions[i] = new(
                feature, noun, numbers.Item1, numbers.Item2, numbers.Item3, numbers.Item4, numbers.Item5, numbers.Item6,
                (has & 1) != 0 ? value : null, (has & 2) != 0 ? known : null);
        }

        return contributions;
    }

    private static WindowEvent[] ReadEvidence(ref Reading from, long start)
    {
        var evidence = new WindowEvent[from.Count(MaxEvidence)];
        for (var i = 0; i < evidence.Length; i++)
        {
            var id = new EventId((ulong)from.Number(), (ulong)from.Number());
            evidence[i] = new(id, start + from.Count(), (int)from.Count());
        }

        return evidence;
    }

    private static void WriteText(ByteWriter to, string text, int most)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        if (bytes.Length > most)
        {
            var end = most;
            while (end > 0 && (bytes[end] & 0xC0) == 0x80)
            {
                end--;
            }

            bytes = bytes[..end];
        }

        WriteCount(to, bytes.Length);
        to.Write(bytes);
    }

    private static void WriteNumbers(ByteWriter to, ReadOnlySpan<double> numbers)
    {
        foreach (var number in numbers)
        {
            WriteNumber(to, BitConverter.DoubleToInt64Bits(number));
        }
    }

    private static void WriteNumber(ByteWriter to, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.Reserve(8), number);
        to.Advance(8);
    }

    private static void WriteCount(ByteWriter to, long count)
    {
        var left = (ulong)count;
        for (; left >= 0x80; left >>= 7)
        {
            to.WriteByte((byte)(left | 0x80));
        }

        to.WriteByte((byte)left);
    }

    /// <summary>Reads what the methods above write, and refuses what is cut off or too long.</summary>
    private ref struct Reading(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public byte Byte() => Take(1)[0];

        public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public double Double() => BitConverter.Int64BitsToDouble(Number());

        public string Text() => Encoding.UTF8.GetString(Take(Count(MaxBytes)));

        public int Count(int most)
        {
            var count = Count();
            return count >= 0 && count <= most ? (int)count : throw Damaged();
        }

        public long Count()
        {
            ulong count = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var part = Byte();
                count |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return (long)count;
                }
            }

            throw Damaged();
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length > _left.Length)
            {
                throw Damaged();
            }

            var taken = _left[..length];
            _left = _left[length..];
            return taken;
        }

        private static InvalidDataException Damaged() => new("an anomaly is cut off or damaged");
    }
}
