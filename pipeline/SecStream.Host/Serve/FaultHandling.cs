using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Host.Ledger;
using SecStream.Host.Service;
using SecStream.Host.Versions;

namespace SecStream.Host.Serve;

/// <summary>
/// What becomes of records and rules that make the program fail: the second time they are left out from then on, and that is written down first, so
/// that a replay leaves them out, too.
/// </summary>
/// <param name="faults">What failed before.</param>
/// <param name="control">Where it is written.</param>
/// <param name="ledger">Where it is told.</param>
/// <param name="sources">What is read.</param>
/// <param name="log">The service's log.</param>
/// <param name="time">The clock.</param>
internal sealed class FaultHandling(FaultMemory faults, IControlLog control, BlindSpotLedger ledger, IReadOnlyList<SourceSpec> sources, ServiceLog log, TimeProvider time)
{
    /// <summary>Why a record is left out that was in hand when the process ended, again and again.</summary>
    public const string DiedInHand = "the process ended while it was in hand, three times in a row";

    /// <summary>The engine may tell of the fault of a stage in its own words.</summary>
    public static RecordFaultException? RecordAtFault(Exception fault) => fault as RecordFaultException ?? fault.InnerException as RecordFaultException;

    /// <summary>See <see cref="RecordAtFault"/>.</summary>
    public static RuleFaultException? RuleAtFault(Exception fault) => fault as RuleFaultException ?? fault.InnerException as RuleFaultException;

    /// <summary>Leaves out the records that were in hand whenever the process died.</summary>
    public void NoteWhatWasInHand(IEnumerable<(ulong Source, long Position)> died)
    {
        foreach (var (source, position) in died)
        {
            var name = sources.Select(s => s.Source).FirstOrDefault(s => s.SourceHash == source)?.Name ?? $"source {source:x16}";
            Bury(source, position, name, DiedInHand);
        }
    }

    /// <summary>Remembers a record that made the program fail, and leaves it out the second time.</summary>
    public void Note(RecordFaultException record)
    {
        if (faults.Note(record.SourceHash, record.Position, record.Message))
        {
            Bury(record.SourceHash, record.Position, record.Name, record.Message);
        }
    }

    /// <summary>The second time a rule makes the program fail, it is out of force from the event on at which it failed.</summary>
    /// <param name="fault">What happened.</param>
    /// <param name="lastChange">Event time of the last change of what is in force.</param>
    public void Note(RuleFaultException fault, long lastChange)
    {
        if (faults.NoteRule(fault.Code, fault.Message))
        {
            var from = Math.Max(fault.Time, lastChange == long.MinValue ? long.MinValue : lastChange + 1);
            control.Append(new ControlEntry(ControlKinds.Activate, 0, 0, from, KnowledgeSubject.Disable, fault.Code));
            faults.ForgiveRule(fault.Code);
            log.Error($"rule {fault.Code} has made the program fail twice and is disabled; please report it");
        }
    }

    private void Bury(ulong source, long position, string name, string message)
    {
        var now = time.GetUtcNow();
        control.Append(new ControlEntry(ControlKinds.Poison, source, position, EventClock.ToMicroseconds(now), name, message));
        faults.Leave(source, position);
        ledger.Note(BlindSpotKinds.PoisonRecord, name, $"the record at position {position} was set aside: {message}", now, now, 1);
        log.Error($"{name}: the record at position {position} keeps making the program fail and becomes a dead letter; please report it");
    }
}
