using System.Diagnostics;

namespace SecStream.Training.Registry;

/// <summary>Keeps others from changing a registry meanwhile, in this process and in others. The system lets go of it when the process ends.</summary>
internal sealed class RegistryTurn : IDisposable
{
    private const string Name = "registry.lock";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly FileStream _file;

    private RegistryTurn(FileStream file) => _file = file;

    /// <summary>Waits until it is one's turn; changes take milliseconds.</summary>
    /// <exception cref="InvalidOperationException">Somebody else has it for too long.</exception>
    public static RegistryTurn Take(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Name);
        var begun = Stopwatch.GetTimestamp();
        var wait = new SpinWait();
        while (true)
        {
            try
            {
                return new RegistryTurn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
            {
                // Held by another: tried again for a while.
                if (Stopwatch.GetElapsedTime(begun) > s_patience)
                {
                    throw new InvalidOperationException($"{path}: another command or the trainer changes the registry; try again ({fault.Message})", fault);
                }

                wait.SpinOnce();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
