namespace SecStream.Connectors.Embedded;

/// <summary>Bounds of the embedded store.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>
    /// This process may move a damaged file aside and make it anew: the service, which has the folder to itself, may; a command beside it may not.
    /// Default false.
    /// </summary>
    public bool MayRebuild { get; init; }

    /// <summary>The file is looked through when it is opened. Default true.</summary>
    public bool CheckAtOpen { get; init; } = true;

    /// <summary>Longer files are not looked through when they are opened; damage shows when it is met. Default 1 GiB.</summary>
    public long MaxCheckedBytes { get; init; } = 1 << 30;

    /// <summary>How long to wait for another process that writes, whole seconds. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
