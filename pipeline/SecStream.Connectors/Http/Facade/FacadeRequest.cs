namespace SecStream.Connectors.Http.Facade;

/// <summary>A request of a shipper, as far as the façade looks at it.</summary>
/// <param name="Method">GET, HEAD, PUT, POST, DELETE.</param>
/// <param name="Path">The path, decoded, from its slash on.</param>
/// <param name="Format">Query parameter <c>format</c>.</param>
/// <param name="Address">Address and port the request came to: what sniffing is told.</param>
/// <param name="Body">The body.</param>
internal readonly record struct FacadeRequest(string Method, string Path, string Format, string Address, ReadOnlyMemory<byte> Body);
