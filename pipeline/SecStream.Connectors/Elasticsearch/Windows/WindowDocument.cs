namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>A document on its way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Lines">The two lines of a bulk request.</param>
/// <param name="Bare">The same without what people look at, for a cluster that refuses it as it is; null: there is no such form (any more).</param>
internal sealed record WindowDocument(string Id, ReadOnlyMemory<byte> Lines, Func<WindowDocument>? Bare)
{
    /// <summary>It is a window; else it says what windows mean.</summary>
    public bool IsWindow { get; init; } = true;
}
