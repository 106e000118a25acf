using System.Runtime.CompilerServices;

namespace SecStream.Stages.Json;

/// <content>The way through a gap that was not guessed: by the grammar.</content>
public sealed unsafe partial class JsonFieldParser
{
    private enum Expect
    {
        Document,
        KeyOrClose,
        Key,
        CommaOrClose,
    }

    /// <summary>The index of the gap at <paramref name="p"/>, learned if need be; 0 when it is malformed or not to be remembered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindGap(byte* p, in JsonInput input, int last)
    {
        var found = _gaps.FindSuccessor(last, p, in input, _top);
        if (found != 0)
        {
            return found;
        }

        var start = _top;
        var value = ReadGap(p, in input, p == input.Start ? Expect.Document : Expect.CommaOrClose, out var path);
        var opened = _top - path.Lowest;
        _top = start;
        var length = value - p;
        if (value == null || length > JsonGap.MaxLength || opened > JsonGap.MaxOpened)
        {
            return 0;
        }

        var gap = new JsonGap
        {
            Closed = (int)(start - path.Lowest),
            Context = *path.Lowest,
            OpenedCount = (int)opened,
            Peak = path.Node == JsonGap.DocumentEnd ? MaxDepth + 1 : (int)(path.Highest - path.Lowest),
            Node = path.Node,
            Field = _map.FieldOf(path.Node),
        };
        for (var i = 0; i < opened; i++)
        {
            gap.Opened[i] = path.Lowest[i + 1];
        }

        return _gaps.Learn(last, new ReadOnlySpan<byte>(p, (int)length), in gap);
    }

    /// <summary>How a gap went up and down the stack of open objects, and which node it led to.</summary>
    private struct GapPath
    {
        public int* Lowest;
        public int* Highest;
        public int Node;
    }

    /// <summary>
    /// From behind a value (or the start) to the next value, or to the end of the document. Objects on the way to fields are opened on the
    /// stack; one below which nothing is mapped is a value. Null and <see cref="_error"/> when the grammar does not hold.
    /// </summary>
    private byte* ReadGap(byte* p, in JsonInput input, Expect expect, out GapPath path)
    {
        path = new GapPath { Lowest = _top, Highest = _top, Node = JsonFieldMap.Unmapped };
        _error = JsonError.Syntax;
        while (true)
        {
            p = JsonScanner.SkipSpace(p, input.End);
            if (p == input.End)
            {
                return null;
            }

            switch (*p)
            {
                case (byte)'{' when expect == Expect.Document:
                    p = Open(p, JsonFieldMap.Root, ref path);
                    expect = Expect.KeyOrClose;
                    break;
                case (byte)',' when expect == Expect.CommaOrClose:
                    p++;
                    expect = Expect.Key;
                    break;
                case (byte)'}' when expect is Expect.KeyOrClose or Expect.CommaOrClose:
                    p++;
                    expect = Expect.CommaOrClose;
                    if (Close(ref path) == _bottom)
                    {
                        path.Node = JsonGap.DocumentEnd;
                        return p == input.End ? p : null;
                    }

                    break;
                case (byte)'"' when expect is Expect.KeyOrClose or Expect.Key:
                    p = JsonScanner.SkipKey(p, in input, out var keyStart, out var keyEnd, out var escaped);
                    path.Node = p == null ? JsonFieldMap.Unmapped : FindNode(new ReadOnlySpan<byte>(keyStart, (int)(keyEnd - keyStart)), escaped);
                    if (p == null || p == input.End || *p != (byte)'{' || !_map.HasChildren(path.Node))
                    {
                        return p;
                    }

                    p = Open(p, path.Node, ref path);
                    expect = Expect.KeyOrClose;
                    break;
                default:
                    return null;
            }

            if (p == null)
            {
                return null;
            }
        }
    }

    private byte* Open(byte* p, int node, ref GapPath path)
    {
        if (_top - _bottom >= MaxDepth)
        {
            _error = JsonError.Depth;
            return null;
        }

        *++_top = node;
        path.Highest = _top > path.Highest ? _top : path.Highest;
        return p + 1;
    }

    private int* Close(ref GapPath path)
    {
        _top--;
        path.Lowest = _top < path.Lowest ? _top : path.Lowest;
        return _top;
    }

    private int FindNode(ReadOnlySpan<byte> key, bool escaped)
    {
        if (escaped && key.Length <= _key.Length)
        {
            key = _key.AsSpan(0, JsonText.Unescape(key, _key));
        }

        return _map.Child(*_top, key);
    }
}
