using System.Text.Unicode;
using SecStream.Core.Events;

namespace SecStream.Stages.Json;

/// <summary>
/// Reads one JSON object into the field table of an <see cref="EventRecord"/>: the hot kernel of intake. It accepts what
/// <see cref="System.Text.Json.Utf8JsonReader"/> accepts with its default options, if it is also valid UTF-8, and nothing else.
/// <list type="bullet">
/// <item>Of a path that occurs more than once the last value wins; objects of the same path are merged.</item>
/// <item>An object where a field is mapped sets nothing, and takes nothing away; neither does a plain value or an array where only deeper
/// paths are mapped.</item>
/// <item>Texts are slices of the raw bytes; with escapes, copies in the record's scratch buffer (a lone surrogate: <see cref="JsonText.Unescape"/>).</item>
/// <item>Numbers are integers when they are written as such and fit 64 bits, else doubles, infinite beyond their range; their text is the token.</item>
/// <item>Arrays are the raw JSON with its brackets. What is not mapped is skipped, but checked all the same.</item>
/// </list>
/// Linear in the length, no recursion; allocates nothing (the record's scratch buffer may grow). One per worker: it remembers the shape of the
/// documents it reads and is not thread-safe.
/// </summary>
public sealed unsafe partial class JsonFieldParser
{
    /// <summary>Most arrays and objects within each other, the document included.</summary>
    public const int MaxDepth = 64;

    // Below the open objects lie as many that match no gap, so that a gap that closes more than are open is refused by its context.
    private const int StackBottom = JsonGap.MaxLength + 1;

    private readonly JsonFieldMap _map;
    private readonly JsonGaps _gaps = new();
    private readonly int[] _stack = new int[StackBottom + MaxDepth + JsonGap.MaxOpened + 1];
    private readonly int _maxBytes;
    private readonly byte[] _key;
    private JsonError _error;

    // Into the pinned stack, while a document is read: where the outside lies, and the innermost open object.
    private int* _bottom;
    private int* _top;

    /// <param name="map">Which path goes to which field.</param>
    /// <param name="maxBytes">Longest document accepted, in bytes; default 64 MiB.</param>
    public JsonFieldParser(JsonFieldMap map, int maxBytes = 64 << 20)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _map = map;
        _maxBytes = maxBytes;
        _key = new byte[JsonText.MaxEscapeLength * map.MaxKeyBytes];
        _stack.AsSpan(0, StackBottom).Fill(JsonGaps.Nowhere);
        _stack[StackBottom] = JsonGaps.Outside;
    }

    /// <summary>
    /// Fills the record from its raw bytes, which must be one JSON object with nothing but white space around it. After an error the
    /// fields read up to it are set; reset the record or leave it alone. Never throws on what the bytes hold.
    /// </summary>
    /// <param name="record">A record that was reset over the bytes.</param>
    /// <param name="knownUtf8">The caller has checked that the bytes (say, of a whole batch) are valid UTF-8.</param>
    public JsonError Parse(EventRecord record, bool knownUtf8 = false)
    {
        var raw = record.Raw;
        if (raw.Length > _maxBytes)
        {
            return JsonError.TooLarge;
        }

        if (!knownUtf8 && !Utf8.IsValid(raw))
        {
            return JsonError.InvalidUtf8;
        }

        record.EnsureFieldCount(_map.FieldCount);
        var buffer = record.RawBuffer;
        fixed (byte* memory = buffer)
        {
            var start = memory + record.RawStart;
            var end = start + record.RawLength;
            start = JsonScanner.SkipSpace(start, end);
            if (start == end)
            {
                return JsonError.Empty;
            }

            if (*start != (byte)'{')
            {
                return JsonError.NotAnObject;
            }

            while (end[-1] is 0x20 or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                end--;
            }

            var input = new JsonInput(start, end, memory + buffer.Length);
            return Run(record, memory, in input);
        }
    }

    /// <summary>
    /// Value by value: recognise the gap before it, take the value. Whatever ends the scan leaves null and its verdict in <see cref="_error"/>.
    /// Longer than methods of ours are: the position, the stack and the past must stay in registers, so nothing here may take their address.
    /// </summary>
    private JsonError Run(EventRecord record, byte* memory, in JsonInput input)
    {
        fixed (JsonGap* gaps = _gaps.All)
        fixed (ushort* guesses = _gaps.Guesses)
        fixed (int* stack = _stack)
        {
            _bottom = stack + StackBottom;
            var top = _bottom;
            var p = input.Start;
            var past = 0u;
            var last = 0;
            while (true)
            {
                var slot = JsonGaps.GuessSlot(past);
                var gap = gaps + guesses[slot];
                if (p > input.Last64 || !gap->Matches(p) || top[-gap->Closed] != gap->Context)
                {
                    _top = top;
                    last = FindGap(p, in input, last);
                    guesses[slot] = (ushort)last;
                    gap = gaps + last;
                    if (last == 0)
                    {
                        p = ReadWithoutMemory(record, p, memory, in input);
                        if (p == null)
                        {
                            return _error;
                        }

                        top = _top;
                        past = 0;
                        continue;
                    }
                }

                p += gap->Length;
                top -= gap->Closed;
                if (p >= input.End || top + gap->Peak > _bottom + MaxDepth)
                {
                    return Verdict(p, in input, gap->Node);
                }

                for (var i = 0; i < gap->OpenedCount; i++)
                {
                    *++top = gap->Opened[i];
                }

                last = (int)(gap - gaps);
                past = JsonGaps.Extend(past, (uint)last);
                if (*p == (byte)'"')
                {
                    var close = JsonScanner.FindStop(p + 1, in input);
                    if (close < input.End && *close == (byte)'"')
                    {
                        if (gap->Field >= 0)
                        {
                            record.SetSlice(gap->Field, (int)(p + 1 - memory), (int)(close - p - 1));
                        }

                        p = close + 1;
                        continue;
                    }
                }

                _top = top;
                p = ReadValue(record, p, memory, in input, gap->Node);
                if (p == null)
                {
                    return _error;
                }

                top = _top;
            }
        }
    }

    // A gap that reaches the end of the bytes, ends the document, or opens too much.
    private static JsonError Verdict(byte* p, in JsonInput input, int node)
    {
        if (node == JsonGap.DocumentEnd)
        {
            return p == input.End ? JsonError.None : JsonError.Syntax;
        }

        return p >= input.End ? JsonError.Syntax : JsonError.Depth;
    }
}
