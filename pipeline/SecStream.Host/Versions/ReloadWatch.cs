namespace SecStream.Host.Versions;

/// <summary>
/// Notices that files have changed, and asks for a reload when they have been quiet for a while: a file that is being written is not read.
/// Looks at lengths and times only; a change that keeps both is seen by an explicit reload.
/// </summary>
internal sealed class ReloadWatch(PipelineOptions options, TimeProvider time)
{
    /// <summary>How often the files are looked at, and how long they must have been quiet.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string _read = Look(options);
    private string? _seen;

    /// <summary>
    /// Looks at the files. True: they differ from those read last, and are as they were at the look before. Whoever is told so reads them.
    /// </summary>
    public bool HasSettledChange()
    {
        var now = Look(options);
        if (now == _read)
        {
            _seen = null;
            return false;
        }

        if (now != _seen)
        {
            _seen = now;
            return false;
        }

        _read = now;
        _seen = null;
        return true;
    }

    /// <summary>Looks every <see cref="Interval"/> until cancelled.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> reload, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            if (HasSettledChange())
            {
                await reload(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static string Look(PipelineOptions options)
    {
        try
        {
            return KnowledgeFiles.Signature(options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A folder that went away is a change like any other; reading it says what is wrong, and the old set stays.
            return fault.Message;
        }
    }
}
