using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;
using SecStream.Host.Serve;
using SecStream.Host.Versions;

namespace SecStream.Host.Replay;

/// <summary>What a service has left of its work in its data folder: enough to do it again, with the same alerts.</summary>
/// <param name="Journals">Folders of its journals.</param>
/// <param name="Control">Its decisions.</param>
/// <param name="Timeline">What it knew when.</param>
internal sealed record ServiceRecord(IReadOnlyList<string> Journals, IReadOnlyList<ControlEntry> Control, KnowledgeTimeline Timeline)
{
    /// <summary>Reads it. The service may run meanwhile.</summary>
    /// <exception cref="ConfigurationException">There is none, or it is damaged.</exception>
    public static ServiceRecord Read(string data, string tenant, bool withProfiles = true)
    {
        var state = Path.Combine(data, "state");
        var folder = ServiceSources.FolderOf(data);
        var journals = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        return Read(Path.Combine(state, "control"), Path.Combine(state, "versions"), tenant, withProfiles) with
        {
            Journals = [.. journals.Where(JournalSource.IsJournal).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Reads the decisions and versions alone.</summary>
    /// <exception cref="ConfigurationException">There are none, or they are damaged.</exception>
    public static ServiceRecord Read(string controlFolder, string versions, string tenant, bool withProfiles = true)
    {
        try
        {
            List<ControlEntry> control = [.. FileControlLog.ReadFolder(controlFolder)];
            var history = KnowledgeHistory.FromLog(control, new VersionArchive(versions), tenant, withProfiles)
                ?? throw new ConfigurationException($"{controlFolder}: no service has worked here (the control log is empty); name the data folder of ./run serve");
            return new ServiceRecord([], control, history.Timeline);
        }
        catch (InvalidDataException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }
}
