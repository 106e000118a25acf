using System.Text;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>What a <see cref="TextPattern"/> comes down to; the index handles each shape its own way.</summary>
public enum PatternShape
{
    /// <summary>Plain text.</summary>
    Exact,

    /// <summary><c>text*</c></summary>
    Prefix,

    /// <summary><c>*text</c></summary>
    Suffix,

    /// <summary><c>*text*</c></summary>
    Infix,

    /// <summary>Only <c>*</c>: any text.</summary>
    Anything,

    /// <summary>Any other mix of text, <c>*</c> and <c>?</c>.</summary>
    Wildcard,
}

/// <summary>
/// A Sigma string as UTF-8: pieces of text between stars, where a question mark within a piece stands for one character. Without
/// <see cref="Cased"/> the text is folded (<see cref="TextFold"/>) and must be matched against folded text. Immutable.
/// </summary>
public sealed class TextPattern
{
    // A question mark inside a piece: 0xFF never occurs in UTF-8.
    private const byte AnyCharacter = 0xFF;

    private readonly byte[][] _pieces;

    private TextPattern(byte[][] pieces, bool openStart, bool openEnd, bool cased)
    {
        _pieces = pieces;
        OpenStart = openStart;
        OpenEnd = openEnd;
        Cased = cased;
        var simple = pieces.Length == 1 && !pieces[0].Contains(AnyCharacter);
        Shape = pieces.Length == 0 ? PatternShape.Anything : (simple, openStart, openEnd) switch
        {
            (true, false, false) => PatternShape.Exact,
            (true, false, true) => PatternShape.Prefix,
            (true, true, false) => PatternShape.Suffix,
            (true, true, true) => PatternShape.Infix,
            _ => PatternShape.Wildcard,
        };
        Literal = Shape is PatternShape.Wildcard ? LongestLiteral(pieces) : pieces.Length == 0 ? [] : pieces[0];
        Identity = (cased ? "cased " : "") + (openStart ? "*" : "") + string.Join('*', pieces.Select(Convert.ToHexString)) + (openEnd ? "*" : "");
    }

    /// <summary>Upper and lower case differ.</summary>
    public bool Cased { get; }

    /// <summary>Anything may come before.</summary>
    public bool OpenStart { get; }

    /// <summary>Anything may follow.</summary>
    public bool OpenEnd { get; }

    /// <summary>The pattern's shape.</summary>
    public PatternShape Shape { get; }

    /// <summary>The whole text, or of a wildcard pattern its longest piece of plain text (possibly empty): must occur for a match.</summary>
    public byte[] Literal { get; }

    /// <summary>Says what the pattern is, completely.</summary>
    public string Identity { get; }

    /// <summary>Makes a pattern.</summary>
    public static TextPattern From(SigmaString text, bool cased)
    {
        var pieces = new List<byte[]>();
        var piece = new StringBuilder();
        var bytes = new List<byte>();
        bool openStart = false, openEnd = false, first = true;

        void EndText()
        {
            var utf8 = Encoding.UTF8.GetBytes(piece.ToString());
            bytes.AddRange(cased ? utf8 : TextFold.Fold(utf8));
            piece.Clear();
        }

        void EndPiece()
        {
            EndText();
            if (bytes.Count > 0)
            {
                pieces.Add([.. bytes]);
                bytes.Clear();
            }
        }

        foreach (var part in text.Parts)
        {
            openEnd = part == SigmaString.Star;
            if (openEnd)
            {
                openStart |= first;
                EndPiece();
            }
            else if (part == SigmaString.Question)
            {
                EndText();
                bytes.Add(AnyCharacter);
            }
            else
            {
                piece.Append((char)part);
            }

            first = false;
        }

        EndPiece();
        if (pieces.Count == 0 && !openStart)
        {
            pieces.Add([]);
        }

        return new TextPattern([.. pieces], openStart, openEnd, cased);
    }

    /// <summary>
    /// Whether the pattern covers a text (folded unless <see cref="Cased"/>). Cost at most text length × pattern length; a piece is placed as
    /// early as it fits, which is enough because nothing after a star looks back.
    /// </summary>
    public bool Covers(ReadOnlySpan<byte> text)
    {
        if (_pieces.Length == 0)
        {
            return true;
        }

        var last = _pieces.Length - 1;
        if (last == 0 && !OpenStart && !OpenEnd)
        {
            return FitsAt(_pieces[0], text, 0) == text.Length;
        }

        int at = 0, index = 0;
        if (!OpenStart)
        {
            at = FitsAt(_pieces[0], text, 0);
            if (at < 0)
            {
                return false;
            }

            index = 1;
        }

        for (; index <= last; index++)
        {
            if (index == last && !OpenEnd)
            {
                return FitsEnd(_pieces[index], text[at..]);
            }

            at = Find(_pieces[index], text, at);
            if (at < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Find(byte[] piece, ReadOnlySpan<byte> text, int from)
    {
        if (!piece.AsSpan().Contains(AnyCharacter))
        {
            var found = text[from..].IndexOf(piece);
            return found < 0 ? -1 : from + found + piece.Length;
        }

        for (var at = from; at < text.Length; at++)
        {
            // Only where a character starts: a question mark must not take the second half of one.
            if ((text[at] & 0xC0) != 0x80 && FitsAt(piece, text, at) is >= 0 and var end)
            {
                return end;
            }
        }

        return -1;
    }

    // The end of the piece when it fits at a position, else −1.
    private static int FitsAt(ReadOnlySpan<byte> piece, ReadOnlySpan<byte> text, int at)
    {
        foreach (var expected in piece)
        {
            if (at >= text.Length)
            {
                return -1;
            }

            if (expected == AnyCharacter)
            {
                at++;
                while (at < text.Length && (text[at] & 0xC0) == 0x80)
                {
                    at++;
                }
            }
            else if (text[at++] != expected)
            {
                return -1;
            }
        }

        return at;
    }

    private static bool FitsEnd(ReadOnlySpan<byte> piece, ReadOnlySpan<byte> text)
    {
        var at = text.Length;
        for (var i = piece.Length - 1; i >= 0; i--)
        {
            if (at == 0)
            {
                return false;
            }

            at--;
            if (piece[i] == AnyCharacter)
            {
                while (at > 0 && (text[at] & 0xC0) == 0x80)
                {
                    at--;
                }
            }
            else if (text[at] != piece[i])
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] LongestLiteral(byte[][] pieces)
    {
        byte[] best = [];
        foreach (var piece in pieces)
        {
            var start = 0;
            for (var i = 0; i <= piece.Length; i++)
            {
                if (i == piece.Length || piece[i] == AnyCharacter)
                {
                    best = i - start > best.Length ? piece[start..i] : best;
                    start = i + 1;
                }
            }
        }

        return best;
    }
}
