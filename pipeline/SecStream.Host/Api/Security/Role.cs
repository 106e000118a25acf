namespace SecStream.Host.Api.Security;

/// <summary>What a key is for.</summary>
public enum Role
{
    /// <summary>Sends records, and nothing else.</summary>
    Shipper,

    /// <summary>Reads alerts, events, figures.</summary>
    Viewer,

    /// <summary>Reads, and decides on alerts.</summary>
    Analyst,

    /// <summary>Everything.</summary>
    Admin,
}

/// <summary>What a route does.</summary>
public enum Access
{
    /// <summary>Anybody: a probe.</summary>
    Probe,

    /// <summary>Takes records: shipper, admin.</summary>
    Ingest,

    /// <summary>Reads: viewer, analyst, admin.</summary>
    Read,

    /// <summary>Decides on alerts: analyst, admin.</summary>
    Decide,

    /// <summary>Changes how the service works: admin.</summary>
    Administer,

    /// <summary>Anybody with a key.</summary>
    Known,
}

/// <summary>Metadata of a route: what it does, and whether shippers call it (they are answered in the form of Elasticsearch).</summary>
/// <param name="Access">What it does.</param>
/// <param name="ForShippers">The form of refusals.</param>
public sealed record AccessRequirement(Access Access, bool ForShippers = false);

/// <summary>Who may do what.</summary>
internal static class Rights
{
    /// <summary>Whether a role is enough.</summary>
    public static bool Allow(Role role, Access access) => access switch
    {
        Access.Probe or Access.Known => true,
        Access.Ingest => role is Role.Shipper or Role.Admin,
        Access.Read => role is Role.Viewer or Role.Analyst or Role.Admin,
        Access.Decide => role is Role.Analyst or Role.Admin,
        Access.Administer => role is Role.Admin,
        _ => false,
    };
}
