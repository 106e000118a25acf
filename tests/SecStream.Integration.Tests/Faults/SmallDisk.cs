using System.Diagnostics;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A disk of some megabytes in memory that can be filled. Needs the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    public SmallDisk(int megabytes)
    {
        Path = Directory.CreateTempSubdirectory("secstream-disk-").FullName;
        Assert.True(Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path), "a tmpfs can't be mounted");
        _ballast = System.IO.Path.Combine(Path, "ballast");
    }

    /// <summary>Why there can be none here; null: there can.</summary>
    public static string? Unavailable { get; } = Probe();

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Takes all room but so many bytes.</summary>
    public void Fill(long left = 0)
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 << 10];
        try
        {
            while (Free > left)
            {
                file.Write(block, 0, (int)Math.Clamp(Free - left, 1, block.Length));
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    public void MakeRoom() => File.Delete(_ballast);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "a small disk is made on Linux only";
        }

        var folder = Directory.CreateTempSubdirectory("secstream-mount-").FullName;
        try
        {
            if (!Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder))
            {
                return "mounting is not permitted here (it needs root, in a container --cap-add SYS_ADMIN): full disks are not tested";
            }

            Run("umount", folder);
            return null;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            // There is no such program here: the same as not being permitted. In CI a missing tool is a failure.
            return false;
        }
    }
}

/// <summary>A test that needs a disk it can fill; left out, and said, where none can be mounted.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Unavailable;
}

/// <summary>Services are started one after another: each has the machine to itself.</summary>
[CollectionDefinition(Name)]
public sealed class FaultTests
{
    public const string Name = "faults";
}
