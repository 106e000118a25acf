using System.Buffers;
using System.Text;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>
/// Case folding of UTF-8: simple Unicode lower-casing, character by character; bytes that are no UTF-8 stay as they are. Rules and events go
/// through the same function, so equal means equal. ASCII is done by vector instructions.
/// </summary>
public static class TextFold
{
    /// <summary>Most bytes the folded form of a text can take: two-byte characters may become three bytes.</summary>
    public static int MaxLength(int length) => length + (length / 2) + 1;

    /// <summary>Folds into a buffer of at least <see cref="MaxLength"/> bytes; returns the number written.</summary>
    public static int Fold(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (Ascii.ToLower(text, target, out var done) == OperationStatus.Done)
        {
            return done;
        }

        var at = done;
        var written = done;
        while (at < text.Length)
        {
            var status = Rune.DecodeFromUtf8(text[at..], out var rune, out var used);
            if (status == OperationStatus.Done)
            {
                written += Rune.ToLowerInvariant(rune).EncodeToUtf8(target[written..]);
            }
            else
            {
                text.Slice(at, used).CopyTo(target[written..]);
                written += used;
            }

            at += used;
        }

        return written;
    }

    /// <summary>The folded form, in an array of its own. For rules.</summary>
    public static byte[] Fold(ReadOnlySpan<byte> text)
    {
        var target = new byte[MaxLength(text.Length)];
        return target[..Fold(text, target)];
    }
}
