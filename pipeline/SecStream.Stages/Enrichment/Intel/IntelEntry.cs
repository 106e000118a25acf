namespace SecStream.Stages.Enrichment.Intel;

/// <summary>What a list is for.</summary>
public enum IntelRole
{
    /// <summary>Addresses we decided to refuse.</summary>
    Blacklist,

    /// <summary>Addresses others report as hostile.</summary>
    Intel,

    /// <summary>Addresses that are never marked: the allow-list always wins (N4).</summary>
    AllowList,
}

/// <summary>What a line of a list names.</summary>
public enum IntelKind
{
    /// <summary>An address or a network.</summary>
    Network,

    /// <summary>A domain name.</summary>
    Domain,

    /// <summary>An MD5, SHA-1 or SHA-256 in hex.</summary>
    Hash,
}

/// <summary>One entry of a list. Immutable.</summary>
/// <param name="Kind">What <paramref name="Value"/> is.</param>
/// <param name="Value">Canonical text: address, network in CIDR form, lower-case domain or hash.</param>
/// <param name="First">Networks: first address.</param>
/// <param name="PrefixLength">Networks: prefix length over 128 bits (an IPv4 /24 is 120).</param>
/// <param name="Reason">Why it is listed; may be empty.</param>
/// <param name="Expires">Event time in microseconds from which the entry no longer counts; <see cref="long.MaxValue"/> for never.</param>
/// <param name="Line">Line in the file.</param>
public sealed record IntelEntry(IntelKind Kind, string Value, UInt128 First, int PrefixLength, string Reason, long Expires, int Line)
{
    /// <summary>Networks: last address.</summary>
    public UInt128 Last => PrefixLength == 128 ? First : First | (UInt128.MaxValue >> PrefixLength);

    /// <summary>Whether the entry counts for an event of that time.</summary>
    public bool IsActiveAt(long eventTime) => eventTime < Expires;
}
