namespace SecStream.Host.Configuration;

/// <summary>What commands and the API read alerts and events from.</summary>
public enum StoreChoice
{
    /// <summary>Elasticsearch where it is written, else the data folder.</summary>
    Auto,

    /// <summary>The data folder.</summary>
    Embedded,

    /// <summary>Elasticsearch.</summary>
    Elasticsearch,
}
