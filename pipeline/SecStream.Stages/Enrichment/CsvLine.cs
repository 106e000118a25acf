using System.Text;

namespace SecStream.Stages.Enrichment;

/// <summary>One line of comma-separated values, fields optionally in double quotes (a doubled quote inside is a quote).</summary>
internal static class CsvLine
{
    /// <summary>The fields without surrounding blanks, at least one; null when a quote is not closed or text follows a closed one.</summary>
    public static List<string>? Split(ReadOnlySpan<char> line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var at = 0;
        while (true)
        {
            field.Clear();
            while (at < line.Length && (line[at] is ' ' or '\t'))
            {
                at++;
            }

            if (at < line.Length && line[at] == '"')
            {
                if (!TryReadQuoted(line, ref at, field))
                {
                    return null;
                }
            }
            else
            {
                var comma = line[at..].IndexOf(',');
                var end = comma < 0 ? line.Length : at + comma;
                field.Append(line[at..end].TrimEnd());
                at = end;
            }

            fields.Add(field.ToString());
            if (at >= line.Length)
            {
                return fields;
            }

            at++;
        }
    }

    /// <summary>Reads a quoted field and moves to the comma behind it or to the end.</summary>
    private static bool TryReadQuoted(ReadOnlySpan<char> line, ref int at, StringBuilder field)
    {
        at++;
        while (at < line.Length)
        {
            var c = line[at++];
            if (c != '"')
            {
                field.Append(c);
            }
            else if (at < line.Length && line[at] == '"')
            {
                field.Append('"');
                at++;
            }
            else
            {
                while (at < line.Length && (line[at] is ' ' or '\t'))
                {
                    at++;
                }

                return at == line.Length || line[at] == ',';
            }
        }

        return false;
    }
}
