using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Calls that write documents.</summary>
public sealed partial class StrictElasticsearch
{
    private const int MaxIdBytes = 512;
    private const int MaxDepth = 20;
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("\\/*?\"<>| ,#:");

    /// <summary>Documents written by bulk requests, duplicates included.</summary>
    public long Written { get; private set; }

    private void AddDocumentRoutes()
    {
        string[] bulk = ["refresh", "timeout", "routing", "pipeline", "wait_for_active_shards", "require_alias", "_source", "_source_includes", "_source_excludes"];
        if (Flavor.IsElasticsearch(8, 13))
        {
            bulk = [.. bulk, "require_data_stream", "list_executed_pipelines"];
        }

        On("POST", "/_bulk", bulk, request => Bulk(request, null));
        On("PUT", "/_bulk", bulk, request => Bulk(request, null));
        On("POST", "/{index}/_bulk", bulk, request => Bulk(request, request.Parts[0]));
        AddUpdateRoutes();
        On("GET", "/{index}/_doc/{id}", ["realtime", "refresh", "_source", "routing", "preference"], GetDocument);
        On("POST", "/{index}/_refresh", ["allow_no_indices", "ignore_unavailable", "expand_wildcards"], request => Refresh(request.Parts[0]));
        On("POST", "/_refresh", [], _ => Refresh("*"));
    }

    private StrictReply Bulk(StrictRequest request, string? defaultIndex)
    {
        ReadOnlySpan<byte> body = request.Body.Span;
        if (body.IsEmpty || body[^1] != '\n')
        {
            return StrictReply.Error(400, "illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]");
        }

        using var answer = new BulkReply(request.Query.GetValueOrDefault("filter_path"));
        var actions = new List<(BulkAction Action, int Start, int Length)>();
        lock (Lock)
        {
            for (var line = 1; !body.IsEmpty; line++)
            {
                var header = TakeLine(ref body);
                if (!TryReadAction(header, out var action, out var problem))
                {
                    return StrictReply.Error(400, "illegal_argument_exception", $"Malformed action/metadata line [{line}], {problem}");
                }

                if (action.Index is null && (action = action with { Index = defaultIndex }).Index is null)
                {
                    return StrictReply.Error(400, "action_request_validation_exception", "Validation Failed: 1: index is missing;");
                }

                ReadOnlySpan<byte> source = default;
                if (action.Kind != "delete")
                {
                    if (body.IsEmpty)
                    {
                        return StrictReply.Error(400, "action_request_validation_exception", $"Validation Failed: 1: no source for the action in line [{line}];");
                    }

                    source = TakeLine(ref body);
                    line++;
                }

                if (Encoding.UTF8.GetByteCount(action.Id ?? "") > MaxIdBytes)
                {
                    return StrictReply.Error(
                        400, "action_request_validation_exception", $"Validation Failed: 1: id [{action.Id}] is too long, must be no longer than 512 bytes but was: {Encoding.UTF8.GetByteCount(action.Id!)};");
                }

                actions.Add((action, request.Body.Length - body.Length - source.Length - 1, source.Length));
            }

            // The request as a whole was understood; only now is anything carried out.
            actions.ForEach(one => Carry(one.Action, one.Action.Kind == "delete" ? default : request.Body.Span.Slice(one.Start, one.Length), answer));

            if (request.Query.GetValueOrDefault("refresh") is "true" or "wait_for" or "")
            {
                answer.Touched.ForEach(index => index.Refresh());
            }
        }

        return new StrictReply(200, answer.End());
    }

    private sealed record BulkAction(string Kind, string? Index, string? Id)
    {
        public int RetryOnConflict { get; init; }
    }

    private void Carry(BulkAction action, ReadOnlySpan<byte> source, BulkReply answer)
    {
        if (ItemFault?.Invoke(action.Index!, action.Id ?? "") is { } fault)
        {
            answer.Add(action.Kind, action.Index!, action.Id ?? "", fault.Status, fault);
            return;
        }

        var (status, error, index) = action.Kind switch
        {
            "create" => Create(action, source),
            "index" or "update" or "delete" => Change(action, source),
            _ => (400, new StrictItemError(400, "illegal_argument_exception", "not played by this server"), null),
        };
        Written += error is null ? 1 : 0;
        answer.Add(action.Kind, index?.Name ?? action.Index!, action.Id ?? "", status, error);
        if (index is not null && !answer.Touched.Contains(index))
        {
            answer.Touched.Add(index);
        }
    }

    private (int Status, StrictItemError? Error, StrictIndex? Index) Create(BulkAction action, ReadOnlySpan<byte> source)
    {
        if (!TryOpen(action.Index!, out var index, out var problem))
        {
            return (problem!.Status, problem, null);
        }

        if (!Options.KeepDocuments)
        {
            return index!.Ids.Add(IdHash(action.Id!)) ? (201, null, index) : Conflict(action, index);
        }

        if (index!.Documents.ContainsKey(action.Id ?? ""))
        {
            return Conflict(action, index);
        }

        if (Unacceptable(source, index.Stream is not null, index.Mapping) is { } refused)
        {
            return (400, refused, index);
        }

        Store(index, action.Id!, source.ToArray());
        return (201, null, index);
    }

    private (int Status, StrictItemError? Error, StrictIndex? Index) Change(BulkAction action, ReadOnlySpan<byte> source)
    {
        if (Streams.ContainsKey(action.Index!) || TemplateFor(action.Index!)?.Value["data_stream"] is not null)
        {
            return Fail(400, "illegal_argument_exception", "only write ops with an op_type of create are allowed in data streams");
        }

        if (!TryOpen(action.Index!, out var index, out var problem))
        {
            return (problem!.Status, problem, null);
        }

        switch (action.Kind)
        {
            case "delete":
                return index!.Documents.Remove(action.Id!) ? (200, null, index) : (404, null, index);
            case "update":
                return Update(index!, action.Id!, source.ToArray());
            default:
                if (Unacceptable(source, needsTimestamp: false, index!.Mapping) is { } refused)
                {
                    return (400, refused, index);
                }

                var isNew = !index!.Documents.ContainsKey(action.Id!);
                Store(index, action.Id!, source.ToArray());
                return (isNew ? 201 : 200, null, index);
        }
    }

    private void Store(StrictIndex index, string id, byte[] source)
    {
        var version = index.Documents.TryGetValue(id, out var old) ? old.Version + 1 : 1;
        index.Documents[id] = new StrictDocument(id, source, index.NextSequence()) { Version = version };
        if (Options.IsRefreshedAtOnce)
        {
            index.Refresh();
        }
    }

    /// <summary>The index to write to; made when a template says so, else as <c>action.auto_create_index</c> does for plain indices.</summary>
    private bool TryOpen(string name, out StrictIndex? index, out StrictItemError? problem)
    {
        problem = null;
        if (Streams.TryGetValue(name, out var stream))
        {
            index = stream.Indices[^1];
            return true;
        }

        if (Indices.TryGetValue(name, out index))
        {
            return true;
        }

        if (name.Any(char.IsUpper) || name.AsSpan().ContainsAny(s_forbidden) || name[0] is '_' or '-' or '+' || Encoding.UTF8.GetByteCount(name) > 255)
        {
            problem = new StrictItemError(400, "invalid_index_name_exception", $"Invalid index name [{name}]");
            return false;
        }

        var template = TemplateFor(name);
        if (template is null)
        {
            problem = new StrictItemError(404, "index_not_found_exception", $"no such index [{name}] and [action.auto_create_index] doesn't match");
            return false;
        }

        if (template.Value.Value["data_stream"] is not null)
        {
            Streams[name] = stream = new StrictStream(name) { Template = template.Value.Key };
            index = stream.Roll(MappingFor(name), Options.Time.GetUtcNow());
            return true;
        }

        Indices[name] = index = new StrictIndex(name) { Mapping = MappingFor(name), Created = Options.Time.GetUtcNow() };
        return true;
    }

    private static StrictItemError? Unacceptable(ReadOnlySpan<byte> source, bool needsTimestamp, StrictMapping mapping)
    {
        try
        {
            using var document = JsonDocument.Parse(source.ToArray());
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new StrictItemError(400, "document_parsing_exception", "[1:1] failed to parse: malformed data, expected an object");
            }

            if (DuplicateIn(document.RootElement, 1) is { } duplicate)
            {
                return new StrictItemError(400, "document_parsing_exception", duplicate);
            }

            if (mapping.Refusal(document.RootElement) is { } refusal)
            {
                return new StrictItemError(400, "document_parsing_exception", $"[1:1] {refusal}");
            }

            if (!needsTimestamp)
            {
                return null;
            }

            if (!document.RootElement.TryGetProperty("@timestamp", out var time))
            {
                return new StrictItemError(400, "document_parsing_exception", "[1:1] failed to parse: data stream timestamp field [@timestamp] is missing");
            }

            if (mapping.TypeOf("@timestamp") == "date_nanos" && time.ValueKind == JsonValueKind.String
                && DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                && (instant < DateTimeOffset.UnixEpoch || instant.Year > 2261))
            {
                return new StrictItemError(400, "document_parsing_exception", $"[1:1] failed to parse field [@timestamp] of type [date_nanos]: date[{time}] is out of range");
            }

            var isDate = time.ValueKind == JsonValueKind.Number
                || (time.ValueKind == JsonValueKind.String && time.GetString() is { Length: >= 10 } text && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _));
            return isDate ? null : new StrictItemError(400, "document_parsing_exception", $"[1:1] failed to parse field [@timestamp] of type [date]");
        }
        catch (JsonException fault)
        {
            return new StrictItemError(400, "document_parsing_exception", $"failed to parse: {fault.Message}");
        }
    }

    private static string? DuplicateIn(JsonElement element, int depth)
    {
        if (depth > MaxDepth)
        {
            return $"Limit of mapping depth [{MaxDepth}] has been exceeded";
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var field in element.EnumerateObject())
                {
                    if (field.Name.Length == 0 || !names.Add(field.Name))
                    {
                        return field.Name.Length == 0 ? "field name cannot be an empty string" : $"Duplicate field '{field.Name}'";
                    }

                    if (DuplicateIn(field.Value, depth + 1) is { } inner)
                    {
                        return inner;
                    }
                }

                return null;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(item => DuplicateIn(item, depth)).FirstOrDefault(found => found is not null);
            default:
                return null;
        }
    }

    private static (int, StrictItemError?, StrictIndex?) Fail(int status, string type, string reason) => (status, new StrictItemError(status, type, reason), null);

    private static (int, StrictItemError?, StrictIndex?) Conflict(BulkAction action, StrictIndex index) => (
        409,
        new StrictItemError(409, "version_conflict_engine_exception", $"[{action.Id}]: version conflict, document already exists (current version [1])"),
        index);

    private static UInt128 IdHash(string id) =>
        id.Length == 32 && UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? hash
            : System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'\n');
        var line = body[..end];
        body = body[(end + 1)..];
        return line;
    }

    private static bool TryReadAction(ReadOnlySpan<byte> line, out BulkAction action, out string problem)
    {
        action = new BulkAction("", null, null);
        problem = "expected START_OBJECT";
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            {
                return false;
            }

            action = action with { Kind = reader.ValueTextEquals("create"u8) ? "create" : reader.GetString()! };
            if (action.Kind is not ("create" or "index" or "update" or "delete"))
            {
                problem = $"expected field [create], [delete], [index] or [update] but found [{action.Kind}]";
                return false;
            }

            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                switch (name)
                {
                    case "_index":
                        action = action with { Index = reader.GetString() };
                        break;
                    case "_id":
                        action = action with { Id = reader.GetString() };
                        break;
                    case "retry_on_conflict":
                        action = action with { RetryOnConflict = reader.GetInt32() };
                        break;
                    case "routing" or "version" or "version_type" or "if_seq_no" or "if_primary_term" or "pipeline" or "require_alias" or "require_data_stream" or "dynamic_templates":
                        break;
                    default:
                        problem = $"Action/metadata line contains an unknown parameter [{name}]";
                        return false;
                }
            }

            return true;
        }
        catch (JsonException fault)
        {
            problem = fault.Message;
            return false;
        }
    }

    private StrictReply GetDocument(StrictRequest request)
    {
        lock (Lock)
        {
            var (index, id) = (request.Parts[0], request.Parts[2]);
            if (!Indices.TryGetValue(index, out var found))
            {
                return Streams.ContainsKey(index)
                    ? StrictReply.Json(404, $$"""{"_index":"{{index}}","_id":{{StrictReply.Quoted(id)}},"found":false}""")
                    : StrictReply.Error(404, "index_not_found_exception", $"no such index [{index}]");
            }

            return found.Documents.TryGetValue(id, out var document)
                ? StrictReply.Json(200, $$"""{"_index":"{{index}}","_id":{{StrictReply.Quoted(id)}},"_version":{{document.Version}},"_seq_no":{{document.Sequence}},"_primary_term":1,"found":true,"_source":{{Encoding.UTF8.GetString(document.Source)}}}""")
                : StrictReply.Json(404, $$"""{"_index":"{{index}}","_id":{{StrictReply.Quoted(id)}},"found":false}""");
        }
    }

    private StrictReply Refresh(string names)
    {
        lock (Lock)
        {
            var count = 0;
            foreach (var index in Resolve(names))
            {
                index.Refresh();
                count++;
            }

            return count == 0 && !names.Contains('*', StringComparison.Ordinal)
                ? StrictReply.Error(404, "index_not_found_exception", $"no such index [{names}]")
                : StrictReply.Json(200, $$$"""{"_shards":{"total":{{{count}}},"successful":{{{count}}},"failed":0}}""");
        }
    }

    /// <summary>Collects the answer to a bulk request, with <c>filter_path</c> applied as it goes.</summary>
    private sealed class BulkReply : IDisposable
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);
        private readonly Utf8JsonWriter _items;
        private readonly string[]? _filter;
        private bool _errors;

        public BulkReply(string? filter)
        {
            _filter = filter?.Split(',');
            _items = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
            _items.WriteStartArray();
        }

        public List<StrictIndex> Touched { get; } = [];

        public void Add(string kind, string index, string id, int status, StrictItemError? error)
        {
            _errors |= error is not null;
            _items.WriteStartObject();
            _items.WriteStartObject(kind);
            Write("_index", index);
            Write("_id", id);
            if (Has("status"))
            {
                _items.WriteNumber("status", status);
            }

            if (error is not null)
            {
                var (whole, type, reason) = (Has("error"), Has("error.type"), Has("error.reason"));
                if (whole || type || reason)
                {
                    _items.WriteStartObject("error");
                    Write("error.type", error.Type, "type", whole);
                    Write("error.reason", error.Reason, "reason", whole);
                    _items.WriteEndObject();
                }
            }

            _items.WriteEndObject();
            _items.WriteEndObject();
        }

        public byte[] End()
        {
            _items.WriteEndArray();
            _items.Flush();
            var head = _filter is null || _filter.Contains("took") ? "\"took\":3," : "";
            var errors = _filter is null || _filter.Contains("errors") ? $"\"errors\":{(_errors ? "true" : "false")}," : "";
            return [.. Encoding.UTF8.GetBytes($"{{{errors}{head}\"items\":"), .. _buffer.WrittenSpan, (byte)'}'];
        }

        public void Dispose() => _items.Dispose();

        private void Write(string path, string value, string? name = null, bool always = false)
        {
            if (always || Has(path))
            {
                _items.WriteString(name ?? path, value);
            }
        }

        private bool Has(string field) => _filter is null || _filter.Any(path => path == "items" || path == "items.*." + field || path == "items.*.*" || path == "items.**");
    }
}
