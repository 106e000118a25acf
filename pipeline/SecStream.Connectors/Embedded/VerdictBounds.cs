using SecStream.Core.Queries;

namespace SecStream.Connectors.Embedded;

/// <summary>What an analyst may say, whichever store keeps it.</summary>
internal static class VerdictBounds
{
    private const int MaxNote = 10_000;
    private const int MaxName = 200;

    /// <summary>Looks at a verdict before it is recorded.</summary>
    /// <exception cref="ArgumentException">The state is none, or a text is missing or too long.</exception>
    public static void Check(Verdict verdict)
    {
        if (verdict.State.Length > 0 && !AlertStates.Decidable.Contains(verdict.State))
        {
            throw new ArgumentException($"state '{verdict.State}': use {string.Join(", ", AlertStates.Decidable)}, or none for a mere note");
        }

        if (verdict.By.Length is 0 or > MaxName || verdict.Assignee is { Length: > MaxName })
        {
            throw new ArgumentException($"name who decides, and whom it is assigned to, with 1 to {MaxName} characters");
        }

        if (verdict.Note.Length > MaxNote)
        {
            throw new ArgumentException($"the note has {verdict.Note.Length:N0} characters; write at most {MaxNote:N0}");
        }
    }
}
