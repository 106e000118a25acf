namespace SecStream.Host.Ledger;

/// <summary>How the ledger is kept.</summary>
public sealed record LedgerOptions
{
    /// <summary>How long closed entries are kept. Default 365 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Closed entries kept at most, the newest; 1–1 000 000. Default 100 000.</summary>
    public int MaxClosed { get; init; } = 100_000;

    /// <summary>Open entries of one kind at most; further subjects share one entry. Default 500.</summary>
    public int MaxOpenPerKind { get; init; } = 500;

    /// <summary>New counts and details of an open entry are written at most this often; a crash forgets no more than that. Default 1 min.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The file is written anew when it has grown beyond this and to twice what its entries need, in lines. Default 10 000.</summary>
    public int CompactAfterLines { get; init; } = 10_000;
}
