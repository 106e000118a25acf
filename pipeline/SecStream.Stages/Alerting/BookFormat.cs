using SecStream.Core.Alerts;

namespace SecStream.Stages.Alerting;

/// <summary>The alert book in a snapshot. Everything that decides about later revisions is in it; nothing is pending when it is written.</summary>
internal static class BookFormat
{
    private const int Version = 2;
    private const int OldestVersion = 1;
    private const int MaxDocumentBytes = 64 << 20;
    private const int MaxCount = 1 << 26;

    public static void Save(BinaryWriter writer, long clock, long lastSweep, BookRecall recall, IReadOnlyCollection<BookEntity> entities)
    {
        SaveHead(writer, clock, lastSweep, recall);
        writer.Write(entities.Count);
        foreach (var entity in entities)
        {
            SaveEntity(writer, entity);
        }
    }

    public static void SaveHead(BinaryWriter writer, long clock, long lastSweep, BookRecall recall)
    {
        writer.Write(Version);
        writer.Write(clock);
        writer.Write(lastSweep);
        writer.Write(recall.ConfirmAt);
        SaveSent(writer, recall.Alerts);
        SaveSent(writer, recall.Incidents);
    }

    public static void SaveEntity(BinaryWriter writer, BookEntity entity)
    {
        writer.Write(entity.Tenant);
        writer.Write(entity.Name.Type);
        writer.Write(entity.Name.Name);
        writer.Write(entity.Name.Value);
        SaveIncidents(writer, entity);
        SaveEntries(writer, entity.Live);
        SaveEntries(writer, entity.Withdrawn);
    }

    public static (long Clock, long LastSweep) Restore(
        BinaryReader reader, AlertVersions versions, AlertBookCounters counters, BookRecall recall, Action<BookEntity> adopt)
    {
        var names = new NamePool();
        var (version, clock, lastSweep) = RestoreHead(reader, recall, names);
        for (var left = ReadCount(reader, MaxCount); left > 0; left--)
        {
            var entity = RestoreEntity(reader, version, versions, counters, recall, names);
            if (!entity.IsEmpty)
            {
                adopt(entity);
            }
        }

        return (clock, lastSweep);
    }

    public static (int Version, long Clock, long LastSweep) RestoreHead(BinaryReader reader, BookRecall recall, NamePool names)
    {
        var version = reader.ReadInt32();
        if (version is < OldestVersion or > Version)
        {
            throw new InvalidDataException($"the alert book was written in format {version}, this program reads formats {OldestVersion} to {Version}");
        }

        var (clock, lastSweep) = (reader.ReadInt64(), reader.ReadInt64());
        if (version >= 2)
        {
            recall.ConfirmAt = reader.ReadInt64();
            RestoreSent(reader, names, recall.AddAlert);
            RestoreSent(reader, names, recall.AddIncident);
        }

        return (version, clock, lastSweep);
    }

    public static BookEntity RestoreEntity(
        BinaryReader reader, int version, AlertVersions versions, AlertBookCounters counters, BookRecall recall, NamePool names)
    {
        var entity = new BookEntity(names.Read(reader), new(names.Read(reader), names.Read(reader), reader.ReadString()), recall);
        RestoreIncidents(reader, entity, version);
        RestoreEntries(reader, version, entity, entity.Live, versions, counters, names);
        RestoreEntries(reader, version, entity, entity.Withdrawn, versions, counters, names);
        return entity;
    }

    /// <summary>Reads a number of things; a damaged snapshot must not make a huge array.</summary>
    public static int ReadCount(BinaryReader reader, int most)
    {
        var count = reader.ReadInt32();
        return count >= 0 && count <= most ? count : throw new InvalidDataException($"the alert book is damaged: {count} things where at most {most} can be");
    }

    private static void SaveIncidents(BinaryWriter writer, BookEntity entity)
    {
        writer.Write(entity.Incidents.Count);
        // In order, whatever came and went between: the same state is the same bytes.
        foreach (var incident in entity.Incidents.Values.OrderBy(i => i.Link.Id, StringComparer.Ordinal))
        {
            writer.Write(incident.Link.Id);
            writer.Write(incident.Link.Opened);
            writer.Write(incident.End);
            writer.Write(incident.Count);
            WriteHash(writer, incident.Hash);
            writer.Write(incident.Revision);
            writer.Write(incident.Changes);
            writer.Write(incident.IsWithdrawn);
            writer.Write(incident.IsSettledSent);
            writer.Write(incident.IsUnconfirmed);
        }
    }

    private static void RestoreIncidents(BinaryReader reader, BookEntity entity, int version)
    {
        for (var left = ReadCount(reader, MaxCount); left > 0; left--)
        {
            entity.Restore(new BookIncident(new(reader.ReadString(), reader.ReadInt64()))
            {
                End = reader.ReadInt64(),
                Count = reader.ReadInt32(),
                Hash = ReadHash(reader),
                Revision = reader.ReadInt32(),
                Changes = reader.ReadInt32(),
                IsWithdrawn = reader.ReadBoolean(),
                IsSettledSent = version >= 2 && reader.ReadBoolean(),
                IsUnconfirmed = version >= 2 && reader.ReadBoolean(),
            });
        }
    }

    private static void SaveEntries(BinaryWriter writer, List<BookEntry> entries)
    {
        writer.Write(entries.Count);
        foreach (var entry in entries)
        {
            AlertFormat.Write(writer, entry.Alert);
            writer.Write(entry.Incident?.Link.Id ?? "");
            writer.Write(entry.SupersededBy ?? "");
            WriteHash(writer, entry.Hash);
            writer.Write(entry.Revision);
            writer.Write(entry.IsSettled);
            writer.Write(entry.IsSettledSent);
            writer.Write(entry.IsWithdrawn);
            writer.Write(entry.IsUnconfirmed);
        }
    }

    private static void RestoreEntries(
        BinaryReader reader,
        int version,
        BookEntity entity,
        List<BookEntry> to,
        AlertVersions versions,
        AlertBookCounters counters,
        NamePool names)
    {
        for (var left = ReadCount(reader, MaxCount); left > 0; left--)
        {
            var alert = AlertFormat.Read(reader, names);
            var entry = new BookEntry(alert, versions.RuleAt(alert.RuleCode, alert.Opened)!)
            {
                Owner = entity,
                Incident = entity.Incidents.GetValueOrDefault(reader.ReadString()),
                SupersededBy = reader.ReadString() is { Length: > 0 } other ? other : null,
                Hash = ReadHash(reader),
                Revision = reader.ReadInt32(),
                IsSettled = reader.ReadBoolean(),
                IsSettledSent = reader.ReadBoolean(),
                IsWithdrawn = reader.ReadBoolean(),
                IsUnconfirmed = version >= 2 && reader.ReadBoolean(),
            };
            if (entry.Rule is not null)
            {
                to.Add(entry);
            }
            else
            {
                counters.UnknownRules++;
                entity.NeedsGrouping = true;
            }
        }
    }

    private static void SaveSent(BinaryWriter writer, IReadOnlyCollection<SentDocument> all)
    {
        writer.Write(all.Count);
        foreach (var sent in all)
        {
            writer.Write(sent.Id);
            writer.Write(sent.Tenant);
            writer.Write(sent.Entity.Type);
            writer.Write(sent.Entity.Name);
            writer.Write(sent.Entity.Value);
            writer.Write(sent.RuleCode);
            writer.Write((byte)sent.Severity);
            writer.Write(sent.Opened);
            writer.Write(sent.End);
            writer.Write(sent.Revision);
            WriteHash(writer, sent.Hash);
            writer.Write(sent.IsSettled);
            writer.Write(sent.IsWithdrawn);
            writer.Write(sent.Document.Length);
            writer.Write(sent.Document);
        }
    }

    private static void RestoreSent(BinaryReader reader, NamePool names, Action<SentDocument> add)
    {
        for (var left = ReadCount(reader, MaxCount); left > 0; left--)
        {
            add(new SentDocument
            {
                Id = reader.ReadString(),
                Tenant = names.Read(reader),
                Entity = new(names.Read(reader), names.Read(reader), reader.ReadString()),
                RuleCode = names.Read(reader),
                Severity = (Severity)reader.ReadByte(),
                Opened = reader.ReadInt64(),
                End = reader.ReadInt64(),
                Revision = reader.ReadInt32(),
                Hash = ReadHash(reader),
                IsSettled = reader.ReadBoolean(),
                IsWithdrawn = reader.ReadBoolean(),
                Document = reader.ReadBytes(ReadCount(reader, MaxDocumentBytes)),
            });
        }
    }

    private static void WriteHash(BinaryWriter writer, UInt128 hash)
    {
        writer.Write((ulong)(hash >> 64));
        writer.Write((ulong)hash);
    }

    private static UInt128 ReadHash(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
