namespace SecStream.Stages.Enrichment;

/// <summary>One fault of a file the operator wrote: where it is, what is wrong and what mends it.</summary>
/// <param name="File">Name of the file as it was given.</param>
/// <param name="Line">Line, from 1; 0 when the fault is the file as a whole.</param>
/// <param name="Key">The key or column at fault; empty when there is none.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record FileIssue(string File, int Line, string Key, string Problem, string Mend)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}" : File;
        return Key.Length > 0 ? $"{place}: {Key}: {Problem}; {Mend}" : $"{place}: {Problem}; {Mend}";
    }
}

/// <summary>A file of the enrichment can't be used. Carries all faults found, not only the first.</summary>
public sealed class EnrichmentFileException : Exception
{
    /// <summary>An exception without issues, as every exception type has it.</summary>
    public EnrichmentFileException()
        : this([])
    {
    }

    /// <summary>An exception with a message of its own.</summary>
    public EnrichmentFileException(string message)
        : base(message) => Issues = [];

    /// <summary>An exception with a message of its own and a cause.</summary>
    public EnrichmentFileException(string message, Exception innerException)
        : base(message, innerException) => Issues = [];

    /// <summary>An exception for the faults of a file.</summary>
    public EnrichmentFileException(IReadOnlyList<FileIssue> issues)
        : base(string.Join(Environment.NewLine, issues)) => Issues = issues;

    /// <summary>The faults in order of their lines.</summary>
    public IReadOnlyList<FileIssue> Issues { get; }
}
