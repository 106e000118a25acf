namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>Events that are kept equally long: data streams, an index template and a lifecycle policy of their own.</summary>
/// <param name="Days">Days they are kept at least, counted from the end of their backing index.</param>
/// <param name="Rollover">Age at which a backing index ends, in Elasticsearch's notation: what is deleted at once.</param>
public sealed record RetentionClass(int Days, string Rollover)
{
    /// <summary>All classes, the shortest first.</summary>
    public static readonly IReadOnlyList<RetentionClass> All =
        [new(7, "1d"), new(30, "3d"), new(90, "7d"), new(180, "14d"), new(365, "30d"), new(1095, "30d")];

    /// <summary>Days after which a monthly index of alerts is deleted: a year after its last day.</summary>
    public const int AlertDays = 365 + 31;

    /// <summary>Days after which a monthly index of windows is deleted: its last day has been there for as long as <c>profiles.keep</c> is without a setting.</summary>
    public const int FeatureDays = 35 + 31;

    /// <summary>Name of its template and policy.</summary>
    public string Name => $"secstream-events-{Days}d";
}
