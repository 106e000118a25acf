namespace SecStream.Connectors.Http.Bulk;

/// <summary>What became of an action of a bulk request.</summary>
/// <param name="Action"><c>create</c>, <c>index</c>, <c>update</c>, <c>delete</c>.</param>
/// <param name="Index">Its index.</param>
/// <param name="Id">The id given, or null: one is made for the answer.</param>
/// <param name="ErrorKind">Type of the error, in the words of Elasticsearch; null: accepted.</param>
/// <param name="Reason">What is wrong with it.</param>
internal readonly record struct BulkItem(string Action, string Index, string? Id, string? ErrorKind = null, string? Reason = null);
