using System.Text;
using SecStream.Core.Pipeline.State;

namespace SecStream.Stages.Alerting;

/// <content>The book as entries of a keyed log: its clocks, and each entity that has changed.</content>
public sealed partial class AlertBook : IStatePart
{
    private readonly List<BookEntity> _changed = [];
    private readonly NamePool _names = new();
    private int _version;
    private bool _notesChanges;

    /// <summary>Puts out what is pending, then writes what is asked for.</summary>
    public void Save(IStateWriter writer, StateExtent extent)
    {
        Flush();
        BookFormat.SaveHead(writer.Put(new StatePlace(StateSection.Book), []), _clock, _lastSweep, _recall);
        foreach (var entity in extent == StateExtent.Changes ? _changed : (IEnumerable<BookEntity>)_entities.Values)
        {
            Save(writer, entity);
        }

        if (extent != StateExtent.Copy)
        {
            _notesChanges = true;
            _changed.ForEach(entity => entity.IsChanged = false);
            _changed.Clear();
        }
    }

    /// <summary>Takes an entry into a book that was empty before the first. Alerts of rules that are gone are left out and counted.</summary>
    /// <exception cref="InvalidDataException">The data is damaged or of another version.</exception>
    public bool Restore(StateReader reader)
    {
        if (reader.Place.Section is not (StateSection.Book or StateSection.BookEntity))
        {
            return false;
        }

        try
        {
            RestoreEntry(reader);
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException("the alert book is damaged: an entry ends too early", fault);
        }

        reader.EndValue();
        return true;
    }

    private void RestoreEntry(StateReader reader)
    {
        if (reader.Place.Section == StateSection.Book)
        {
            (_version, _clock, _lastSweep) = BookFormat.RestoreHead(reader.OpenValue(), _recall, _names);
            _notesChanges = true;
            return;
        }

        var entity = BookFormat.RestoreEntity(reader.OpenValue(), _version, _versions, Counters, _recall, _names);
        if (entity.IsEmpty)
        {
            MarkChanged(entity);
        }
        else
        {
            Adopt(entity);
        }
    }

    private void MarkChanged(BookEntity entity)
    {
        if (!entity.IsChanged && _notesChanges)
        {
            entity.IsChanged = true;
            _changed.Add(entity);
        }
    }

    /// <summary>Writes an entity as it is now; one that has been dropped is written as gone, or as the one that has come in its place.</summary>
    private void Save(IStateWriter writer, BookEntity entity)
    {
        var key = Encoding.UTF8.GetBytes($"{entity.Tenant.Length}:{entity.Tenant}{entity.Name.Type.Length}:{entity.Name.Type}{entity.Name.Value}");
        var place = new StatePlace(StateSection.BookEntity);
        if (_entities.TryGetValue((entity.Tenant, entity.Name.Type, entity.Name.Value), out var current))
        {
            BookFormat.SaveEntity(writer.Put(place, key), current);
        }
        else
        {
            writer.Delete(place, key);
        }
    }
}
