using System.Globalization;
using System.Text;

namespace SecStream.Connectors.Outbox;

/// <summary>The place up to which a sink has everything, in a file that is replaced as a whole.</summary>
internal sealed class OutboxCursor(string path)
{
    /// <summary>The place; null when none was kept, or the file is damaged (a redelivery is harmless, a gap is not).</summary>
    public long? Read() =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : null;

    /// <summary>Keeps a place; durable when it returns.</summary>
    public void Write(long position)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Encoding.ASCII.GetBytes(position.ToString(CultureInfo.InvariantCulture) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
