namespace SecStream.Connectors.Kafka.Output;

/// <summary>Keeps on disk what is too large for a topic. A name that is there already has the same content.</summary>
internal sealed class OversizeFolder(string directory)
{
    /// <summary>Keeps some bytes; they are on disk when it returns.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="IOException">The disk takes nothing: what was to be kept comes again.</exception>
    public string Keep(string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name);
        if (!File.Exists(path))
        {
            var temporary = path + ".tmp";
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }

        return path;
    }
}
