using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Searches.</summary>
public sealed partial class StrictElasticsearch
{
    private const int MaxWindow = 10_000;
    private const int MaxTerms = 65_536;
    private readonly Dictionary<string, string> _points = [];

    private void AddSearchRoutes()
    {
        string[] search = ["ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference", "request_cache", "rest_total_hits_as_int", "routing", "search_type", "size", "timeout", "track_total_hits", "allow_partial_search_results", "_source"];
        On("POST", "/_search", search, request => Search(request, null));
        On("POST", "/{index}/_search", search, request => Search(request, request.Parts[0]));
        On("GET", "/{index}/_search", search, request => Search(request, request.Parts[0]));
        On("POST", "/{index}/_count", ["ignore_unavailable", "allow_no_indices", "expand_wildcards"], Count);
        On("GET", "/{index}/_count", ["ignore_unavailable", "allow_no_indices", "expand_wildcards"], Count);
        if (Flavor.IsOpenSearch)
        {
            On("POST", "/{index}/_search/point_in_time", ["keep_alive", "preference", "routing", "expand_wildcards", "allow_partial_pit_creation"], request => OpenPoint(request, "pit_id"));
            On("DELETE", "/_search/point_in_time", [], _ => StrictReply.Json(200, """{"pits":[]}"""));
        }
        else
        {
            On("POST", "/{index}/_pit", ["keep_alive", "ignore_unavailable", "preference", "routing", "expand_wildcards", "allow_partial_search_results"], request => OpenPoint(request, "id"));
            On("DELETE", "/_pit", [], _ => StrictReply.Json(200, """{"succeeded":true,"num_freed":1}"""));
        }
    }

    private StrictReply OpenPoint(StrictRequest request, string field)
    {
        if (!request.Query.ContainsKey("keep_alive"))
        {
            return StrictReply.Error(400, "action_request_validation_exception", "Validation Failed: 1: [keep_alive] is not specified;");
        }

        lock (Lock)
        {
            var id = $"pit-{_points.Count + 1}";
            _points[id] = request.Parts[0];
            return StrictReply.Json(200, $$"""{"{{field}}":"{{id}}"}""");
        }
    }

    private StrictReply Count(StrictRequest request)
    {
        var query = request.Body.IsEmpty ? null : JsonNode.Parse(request.Body.Span)?["query"];
        lock (Lock)
        {
            var count = Searchable(request.Parts[0]).Count(hit => StrictQuery.Matches(query, hit.Document, hit.Index.Mapping));
            return StrictReply.Json(200, $$$"""{"count":{{{count}}},"_shards":{"total":1,"successful":1,"skipped":0,"failed":0}}""");
        }
    }

    private StrictReply Search(StrictRequest request, string? names)
    {
        var body = request.Body.IsEmpty ? [] : (JsonObject)JsonNode.Parse(request.Body.Span)!;
        string[] known = ["query", "sort", "size", "from", "search_after", "pit", "_source", "track_total_hits", "aggs", "aggregations", "timeout", "fields", "docvalue_fields", "stored_fields", "seq_no_primary_term", "version", "terminate_after"];
        if (body.Select(field => field.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            return StrictReply.Error(400, "parsing_exception", $"unknown key [{unknown}] in search body");
        }

        if (body["pit"] is { } pit)
        {
            if (names is not null)
            {
                return StrictReply.Error(400, "action_request_validation_exception", "Validation Failed: 1: [indices] cannot be used with point in time;");
            }

            if (!_points.TryGetValue(pit["id"]!.GetValue<string>(), out names))
            {
                return StrictReply.Error(404, "search_context_missing_exception", "No search context found");
            }
        }

        var size = body["size"]?.GetValue<int>() ?? 10;
        if (size + (body["from"]?.GetValue<int>() ?? 0) > MaxWindow)
        {
            return StrictReply.Error(400, "illegal_argument_exception", $"Result window is too large, from + size must be less than or equal to: [{MaxWindow}]");
        }

        try
        {
            lock (Lock)
            {
                var indices = names ?? "*";
                return !indices.Contains('*', StringComparison.Ordinal) && request.Query.GetValueOrDefault("ignore_unavailable") != "true" && !Resolve(indices).Any()
                    ? StrictReply.Error(404, "index_not_found_exception", $"no such index [{indices}]")
                    : StrictReply.Json(200, Find(indices, body, size, body["pit"]?["id"]?.GetValue<string>()).ToJsonString());
            }
        }
        catch (NotSupportedException fault)
        {
            return StrictReply.Error(400, "parsing_exception", fault.Message);
        }
    }

    private JsonObject Find(string names, JsonObject body, int size, string? point)
    {
        var found = body["query"] is JsonObject { Count: 1 } only && only["ids"]?["values"] is JsonArray ids
            ? ById(names, ids)
            : Searchable(names).Where(hit => StrictQuery.Matches(body["query"], hit.Document, hit.Index.Mapping)).Select(hit => (hit.Index.Name, hit.Document)).ToList();
        var sort = new StrictSort(body["sort"]);
        var page = sort.Order(found, body["search_after"] as JsonArray).Skip(body["from"]?.GetValue<int>() ?? 0).Take(size);
        var hits = page.Select(hit => (JsonNode)Hit(hit.Index, hit.Document, body["_source"], sort)).ToArray();
        var answer = new JsonObject
        {
            ["took"] = 1,
            ["timed_out"] = false,
            ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["skipped"] = 0, ["failed"] = 0 },
            ["hits"] = new JsonObject { ["max_score"] = null, ["hits"] = new JsonArray(hits) },
        };
        var track = body["track_total_hits"];
        if (track?.GetValueKind() != JsonValueKind.False)
        {
            var cap = track?.GetValueKind() == JsonValueKind.True ? int.MaxValue : track?.GetValueKind() == JsonValueKind.Number ? track.GetValue<int>() : MaxWindow;
            answer["hits"]!["total"] = new JsonObject { ["value"] = Math.Min(found.Count, cap), ["relation"] = found.Count > cap ? "gte" : "eq" };
        }

        if (point is not null)
        {
            answer["pit_id"] = point;
        }

        return answer;
    }

    private static JsonObject Hit(string index, StrictDocument document, JsonNode? source, StrictSort sort)
    {
        var hit = new JsonObject { ["_index"] = index, ["_id"] = document.Id, ["_score"] = null };
        if (source is JsonArray fields)
        {
            hit["_source"] = Included(document, [.. fields.Select(field => field!.GetValue<string>())]);
        }
        else if (source?.GetValueKind() != JsonValueKind.False)
        {
            hit["_source"] = JsonNode.Parse(document.Source);
        }

        if (sort.Values(document, index) is { } values)
        {
            hit["sort"] = values;
        }

        return hit;
    }

    private static JsonNode Included(StrictDocument document, string[] fields) =>
        JsonNode.Parse(FilterPath.Apply(document.Source, string.Join(',', fields.SelectMany(field => new[] { field, field + ".**" }))))!;

    private List<(string Index, StrictDocument Document)> ById(string names, JsonArray ids) =>
        [.. Resolve(names).SelectMany(index => ids.Select(id => index.Documents.GetValueOrDefault(id!.GetValue<string>()))
            .Where(document => document is not null && document.Sequence <= index.Refreshed)
            .Select(document => (index.Name, document!)))];

    private IEnumerable<(StrictIndex Index, StrictDocument Document)> Searchable(string names) =>
        Resolve(names).SelectMany(index => index.Documents.Values.Where(document => document.Sequence <= index.Refreshed).Select(document => (index, document)));
}

/// <summary>The queries that are asked, over documents as they were sent: text as keywords, numbers as numbers, dates as instants.</summary>
internal static class StrictQuery
{
    public static bool Matches(JsonNode? query, StrictDocument document, StrictMapping mapping)
    {
        if (query is not JsonObject { Count: 1 } single)
        {
            return query is null ? true : throw new NotSupportedException("[query] malformed query, expected one field");
        }

        var (kind, body) = single.First();
        return kind switch
        {
            "match_all" => true,
            "match_none" => false,
            "ids" => (body!["values"] as JsonArray)!.Any(id => id!.GetValue<string>() == document.Id),
            "bool" => Bool((JsonObject)body!, document, mapping),
            "exists" => Values(document.Json, body!["field"]!.GetValue<string>()).Any(),
            "constant_score" => Matches(body!["filter"], document, mapping),
            "term" when ((JsonObject)body!).ContainsKey("_ignored") => mapping.Ignores(document, Value(body["_ignored"], "value").GetValue<string>()),
            "match" => Field(body, out var field, out var value) && Match(document, field, value!, mapping),
            "term" => Field(body, out var field, out var value) && Values(document.Json, field).Any(v => Same(v, Value(value, "value"))),
            "terms" => Field(body, out var field, out var value) && Terms(value!.AsArray()).Any(one => Values(document.Json, field).Any(v => Same(v, one))),
            "prefix" => Field(body, out var field, out var value) && Texts(document, field).Any(text => text.StartsWith(Value(value, "value").GetValue<string>(), StringComparison.Ordinal)),
            "wildcard" => Field(body, out var field, out var value) && Wildcard(document, field, value!),
            "range" => Field(body, out var field, out var value) && Values(document.Json, field).Any(v => InRange(v, (JsonObject)value!)),
            _ => throw new NotSupportedException($"unknown query [{kind}]"),
        };
    }

    /// <summary>The values of a field, whether its parts are objects, dotted names or both.</summary>
    public static IEnumerable<JsonElement> Values(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().SelectMany(item => Values(item, path));
        }

        if (path.Length == 0)
        {
            return element.ValueKind is JsonValueKind.Null or JsonValueKind.Object ? [] : [element];
        }

        return element.ValueKind != JsonValueKind.Object
            ? []
            : element.EnumerateObject().SelectMany(field =>
                path == field.Name ? Values(field.Value, "")
                : path.Length > field.Name.Length && path[field.Name.Length] == '.' && path.StartsWith(field.Name, StringComparison.Ordinal) ? Values(field.Value, path[(field.Name.Length + 1)..])
                : []);
    }

    /// <summary>A value that can be compared: dates as ticks, of which <c>date_nanos</c> keeps all.</summary>
    public static IComparable Comparable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when Date(value.GetString()!) is { } ticks => ticks,
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static long? Date(string text) =>
        text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant.UtcTicks : null;

    private static bool Bool(JsonObject body, StrictDocument document, StrictMapping mapping)
    {
        var should = Clauses(body["should"]).ToList();
        var least = body["minimum_should_match"]?.GetValue<int>() ?? (should.Count > 0 && body["must"] is null && body["filter"] is null ? 1 : 0);
        return body.Select(part => part.Key).All(key => key is "must" or "filter" or "should" or "must_not" or "minimum_should_match" or "boost")
            ? Clauses(body["must"]).Concat(Clauses(body["filter"])).All(clause => Matches(clause, document, mapping))
                && !Clauses(body["must_not"]).Any(clause => Matches(clause, document, mapping))
                && should.Count(clause => Matches(clause, document, mapping)) >= least
            : throw new NotSupportedException("[bool] unknown clause");
    }

    private static IEnumerable<JsonNode> Clauses(JsonNode? node) => node switch { null => [], JsonArray many => many.Select(one => one!), _ => [node] };

    private static bool Field(JsonNode? body, out string field, out JsonNode? value)
    {
        (field, value) = ((JsonObject)body!).First(entry => entry.Key != "boost");
        return true;
    }

    /// <summary>A keyword field takes a match whole; what the field can't have is nothing when it is lenient.</summary>
    private static bool Match(StrictDocument document, string field, JsonNode value, StrictMapping mapping)
    {
        var wanted = Value(value, "query").GetValue<string>();
        return mapping.TypeOf(field) == "text"
            ? throw new NotSupportedException("a match of analysed text is not played by this server")
            : Values(document.Json, field).Any(one => mapping.IsIndexed(field, one) && mapping.IsSame(field, one, wanted));
    }

    private static JsonNode Value(JsonNode? node, string name) => node is JsonObject inner ? inner[name]! : node!;

    private static JsonArray Terms(JsonArray terms) => terms.Count <= 65_536 ? terms : throw new NotSupportedException("The number of terms has exceeded the allowed maximum of [65536]");

    private static bool Same(JsonElement value, JsonNode? wanted) =>
        wanted is not null && (value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()) == (wanted.GetValueKind() == JsonValueKind.String ? wanted.GetValue<string>() : wanted.ToJsonString());

    private static IEnumerable<string> Texts(StrictDocument document, string field) =>
        Values(document.Json, field).Select(value => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    private static bool Wildcard(StrictDocument document, string field, JsonNode value)
    {
        var pattern = Value(value, "value").GetValue<string>();
        var ignoreCase = value is JsonObject options && options["case_insensitive"]?.GetValue<bool>() == true;
        return Texts(document, field).Any(text => Like(pattern, text, ignoreCase));
    }

    /// <summary><c>*</c>, <c>?</c>, and <c>\</c> that takes their meaning away.</summary>
    private static bool Like(string pattern, string text, bool ignoreCase)
    {
        var regex = new System.Text.StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            regex.Append(pattern[i] switch
            {
                '*' => ".*",
                '?' => ".",
                '\\' when i + 1 < pattern.Length => System.Text.RegularExpressions.Regex.Escape(pattern[++i].ToString()),
                var other => System.Text.RegularExpressions.Regex.Escape(other.ToString()),
            });
        }

        var options = System.Text.RegularExpressions.RegexOptions.Singleline | System.Text.RegularExpressions.RegexOptions.CultureInvariant;
        return System.Text.RegularExpressions.Regex.IsMatch(
            text, regex.Append("\\z").ToString(), ignoreCase ? options | System.Text.RegularExpressions.RegexOptions.IgnoreCase : options);
    }

    private static bool InRange(JsonElement value, JsonObject bounds) => bounds.All(bound => bound.Key switch
    {
        "gte" => Compare(value, bound.Value!) >= 0,
        "gt" => Compare(value, bound.Value!) > 0,
        "lte" => Compare(value, bound.Value!) <= 0,
        "lt" => Compare(value, bound.Value!) < 0,
        "format" or "time_zone" or "boost" => true,
        _ => throw new NotSupportedException($"[range] query does not support [{bound.Key}]"),
    });

    private static int Compare(JsonElement value, JsonNode bound)
    {
        var (left, right) = (Comparable(value), Comparable(JsonDocument.Parse(bound.ToJsonString()).RootElement));
        return left.GetType() == right.GetType() ? left.CompareTo(right) : string.CompareOrdinal(left.ToString(), right.ToString());
    }
}

/// <summary><c>sort</c> and <c>search_after</c>.</summary>
internal sealed class StrictSort
{
    private readonly List<(string Field, bool Descending, bool IsNanos)> _keys = [];

    public StrictSort(JsonNode? sort)
    {
        foreach (var key in sort switch { null => [], JsonArray many => many.ToList(), _ => [sort] })
        {
            if (key is JsonValue name)
            {
                _keys.Add((name.GetValue<string>(), false, false));
                continue;
            }

            var (field, options) = ((JsonObject)key!).Single();
            var order = options is JsonObject settings ? settings["order"]?.GetValue<string>() : options?.GetValue<string>();
            if (field == "_id")
            {
                throw new NotSupportedException("Fielddata access on the _id field is disallowed, you can re-enable it by updating the dynamic cluster setting: indices.id_field_data.enabled");
            }

            _keys.Add((field, order == "desc", options is JsonObject typed && typed["numeric_type"]?.GetValue<string>() == "date_nanos"));
        }
    }

    public IEnumerable<(string Index, StrictDocument Document)> Order(List<(string Index, StrictDocument Document)> found, JsonArray? after)
    {
        if (_keys.Count == 0)
        {
            return found;
        }

        if (after is not null && after.Count < _keys.Count)
        {
            throw new NotSupportedException($"search_after has {after.Count} value(s) but sort has {_keys.Count}.");
        }

        var bound = after?.Take(_keys.Count).Select((value, i) => _keys[i].IsNanos ? value?.GetValue<long>() : Key(value)).ToArray();
        return found
            .Select(hit => (hit, keys: Keys(hit.Document, hit.Index)))
            .Where(entry => bound is null || Compare(entry.keys, bound) > 0)
            .Order(Comparer<((string, StrictDocument) hit, IComparable?[] keys)>.Create((x, y) => Compare(x.keys, y.keys)))
            .Select(entry => entry.hit);
    }

    public JsonArray? Values(StrictDocument document, string index) =>
        _keys.Count == 0 ? null : new JsonArray([.. Keys(document, index).Select(Node)]);

    private static JsonNode? Node(IComparable? key) => key switch { null => null, double number => JsonValue.Create(number), long number => JsonValue.Create(number), _ => JsonValue.Create(key.ToString()) };

    private IComparable?[] Keys(StrictDocument document, string index) => [.. _keys.Select(key => key.Field switch
    {
        "_shard_doc" or "_doc" => (double)document.Sequence,
        "_index" => index,
        _ when key.IsNanos => StrictQuery.Values(document.Json, key.Field).Select(value => StrictQuery.Comparable(value) is long ticks ? (IComparable)((ticks - DateTime.UnixEpoch.Ticks) * 100) : null).FirstOrDefault(),
        _ => StrictQuery.Values(document.Json, key.Field).Select(StrictQuery.Comparable).FirstOrDefault(),
    })];

    private static IComparable? Key(JsonNode? node) => node is null ? null : StrictQuery.Comparable(JsonDocument.Parse(node.ToJsonString()).RootElement);

    private int Compare(IComparable?[] left, IComparable?[] right)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            // What is missing comes last, whichever way.
            var order = (left[i], right[i]) switch
            {
                (null, null) => 0,
                (null, _) => 1,
                (_, null) => -1,
                var (x, y) => (x!.GetType() == y!.GetType() ? x.CompareTo(y) : string.CompareOrdinal(x.ToString(), y.ToString())) * (_keys[i].Descending ? -1 : 1),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
