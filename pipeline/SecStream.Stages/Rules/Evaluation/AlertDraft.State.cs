using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>Writing and reading a draft. Drafts without anomalies are written as they were before there were any.</content>
public sealed partial class AlertDraft
{
    private const byte ClosedFlag = 1;
    private const byte AnomaliesFlag = 2;

    /// <summary>Writes the draft.</summary>
    public void Save(BinaryWriter writer, ValuePool pool)
    {
        foreach (var number in (ReadOnlySpan<long>)[Opened, Start, End, LastMatch, Total, Events, SentTotal, SentEnd, SentAt])
        {
            writer.Write(number);
        }

        writer.Write((byte)((IsClosed ? ClosedFlag : 0) | (Anomalies is null ? 0 : AnomaliesFlag)));
        writer.Write(InputTotals.Length);
        Array.ForEach(InputTotals, writer.Write);
        writer.Write(Facts.Count);
        foreach (var (name, value) in Facts)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Write(_evidenceCount);
        foreach (var e in Listed)
        {
            writer.Write(e.IdHigh);
            writer.Write(e.IdLow);
            StateFormat.WriteValue(writer, e.GivenId, pool);
            writer.Write(e.Time);
            writer.Write(e.Count);
        }

        foreach (var tally in (ReadOnlySpan<Tally>)[Users, Addresses, Hosts, Actions, Countries, RuleValues])
        {
            tally.Save(writer, pool);
        }

        Anomalies?.Save(writer, pool);
    }

    /// <summary>Reads a draft.</summary>
    public static AlertDraft Load(BinaryReader reader, ValuePool pool)
    {
        Span<long> numbers = stackalloc long[9];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.ReadInt64();
        }

        var flags = reader.ReadByte();
        var inputs = Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadInt64()).ToArray();
        var facts = Enumerable.Range(0, reader.ReadInt32()).Select(_ => (reader.ReadString(), reader.ReadString())).ToList();
        var evidence = Enumerable.Range(0, reader.ReadInt32())
            .Select(_ => new EvidenceReference(
                reader.ReadUInt64(), reader.ReadUInt64(), StateFormat.ReadValue(reader, pool), reader.ReadInt64(), reader.ReadInt32()))
            .ToList();
        var draft = new AlertDraft
        {
            Opened = numbers[0],
            Start = numbers[1],
            End = numbers[2],
            LastMatch = numbers[3],
            Total = numbers[4],
            Events = numbers[5],
            SentTotal = numbers[6],
            SentEnd = numbers[7],
            SentAt = numbers[8],
            IsClosed = (flags & ClosedFlag) != 0,
            InputTotals = inputs,
            Facts = facts,
            Users = Tally.Load(reader, pool),
            Addresses = Tally.Load(reader, pool),
            Hosts = Tally.Load(reader, pool),
            Actions = Tally.Load(reader, pool),
            Countries = Tally.Load(reader, pool),
            RuleValues = Tally.Load(reader, pool),
            Anomalies = (flags & AnomaliesFlag) != 0 ? AnomalyEpisode.Load(reader, pool) : null,
        };
        evidence.ForEach(draft.AddEvidence);
        return draft;
    }
}
