namespace SecStream.Core.Alerts;

/// <summary>What happened to an alert or incident.</summary>
public enum ChangeKind : byte
{
    /// <summary>It is new.</summary>
    Opened = 0,

    /// <summary>Its content changed.</summary>
    Revised = 1,

    /// <summary>It can't change any more, save by joining another incident. The document may or may not differ from the one before.</summary>
    Settled = 2,

    /// <summary>It is not one, after a correction.</summary>
    Withdrawn = 3,
}
