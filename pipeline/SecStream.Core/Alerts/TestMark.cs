namespace SecStream.Core.Alerts;

/// <summary>
/// The mark of a test alert: <c>secstream.test: true</c> in its document. What is logged can't bring it about: inside a JSON text the quotes would be
/// escaped, and no other field has the name.
/// </summary>
public static class TestMark
{
    /// <summary>The mark as it stands in a document.</summary>
    public static ReadOnlySpan<byte> Text => "\"test\":true"u8;

    /// <summary>Whether a document bears it.</summary>
    public static bool IsIn(ReadOnlySpan<byte> document) => document.IndexOf(Text) >= 0;
}
