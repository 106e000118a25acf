namespace SecStream.Stages.Alerting;

/// <summary>The alert book in a snapshot. Everything that decides about later revisions is in it; nothing is pending when it is written.</summary>
internal static class BookFormat
{
    private const int Version = 1;
    private const int MaxCount = 1 << 26;

    public static void Save(BinaryWriter writer, long clock, long lastSweep, IReadOnlyCollection<BookEntity> entities)
    {
        writer.Write(Version);
        writer.Write(clock);
        writer.Write(lastSweep);
        writer.Write(entities.Count);
        foreach (var entity in entities)
        {
            writer.Write(entity.Tenant);
            writer.Write(entity.Name.Type);
            writer.Write(entity.Name.Name);
            writer.Write(entity.Name.Value);
            SaveIncidents(writer, entity);
            SaveEntries(writer, entity.Live);
            SaveEntries(writer, entity.Withdrawn);
        }
    }

    public static (long Clock, long LastSweep) Restore(
        BinaryReader reader, AlertVersions versions, AlertBookCounters counters, Action<BookEntity> adopt)
    {
        if (reader.ReadInt32() is var version and not Version)
        {
            throw new InvalidDataException($"the alert book was written in format {version}, this program reads format {Version}");
        }

        var clocks = (reader.ReadInt64(), reader.ReadInt64());
        var names = new NamePool();
        for (var left = ReadCount(reader, MaxCount); left > 0; left--)
        {
            var entity = new BookEntity(names.Read(reader), new(names.Read(reader), names.Read(reader), reader.ReadString()));
            RestoreIncidents(reader, entity);
            RestoreEntries(reader, entity, entity.Live, versions, counters, names);
            RestoreEntries(reader, entity, entity.Withdrawn, versions, counters, names);
            if (!entity.IsEmpty)
            {
                adopt(entity);
            }
        }

        return clocks;
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
        foreach (var incident in entity.Incidents.Values)
        {
            writer.Write(incident.Link.Id);
            writer.Write(incident.Link.Opened);
            writer.Write(incident.End);
            writer.Write(incident.Count);
            WriteHash(writer, incident.Hash);
            writer.Write(incident.Revision);
            writer.Write(incident.Changes);
            writer.Write(incident.IsWithdrawn);
        }
    }

    private static void RestoreIncidents(BinaryReader reader, BookEntity entity)
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
        }
    }

    private static void RestoreEntries(
        BinaryReader reader,
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

    private static void WriteHash(BinaryWriter writer, UInt128 hash)
    {
        writer.Write((ulong)(hash >> 64));
        writer.Write((ulong)hash);
    }

    private static UInt128 ReadHash(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
