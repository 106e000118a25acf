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
    public static ServiceRecord Read(string data, string tenant)
    {
        var state = Path.Combine(data, "state");
        try
        {
            List<ControlEntry> control = [.. FileControlLog.ReadFolder(Path.Combine(state, "control"))];
            var history = KnowledgeHistory.FromLog(control, new VersionArchive(Path.Combine(state, "versions")), tenant)
                ?? throw new ConfigurationException($"--data {data}: no service has worked here (its control log is empty); name the data folder of ./run serve");
            var folder = ServiceSources.FolderOf(data);
            var journals = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
            return new ServiceRecord([.. journals.Where(JournalSource.IsJournal).Order(StringComparer.Ordinal)], control, history.Timeline);
        }
        catch (InvalidDataException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }
}
