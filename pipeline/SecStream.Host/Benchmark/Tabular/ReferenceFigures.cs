using System.Globalization;

namespace SecStream.Host.Benchmark.Tabular;

/// <summary>Figures of another isolation forest: a CSV file with the columns <c>name</c> and <c>auc</c>.</summary>
internal static class ReferenceFigures
{
    /// <summary>ROC-AUC by set; empty without a file.</summary>
    /// <exception cref="ConfigurationException">The file lacks a column, or a value is no number.</exception>
    public static Dictionary<string, double> Read(string? path)
    {
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        if (path is null)
        {
            return figures;
        }

        var lines = File.ReadAllLines(path);
        var header = lines.Length > 0 ? lines[0].Split(',') : [];
        var (name, auc) = (Array.IndexOf(header, "name"), Array.IndexOf(header, "auc"));
        if (name < 0 || auc < 0)
        {
            throw new ConfigurationException($"{path}: reference figures need the columns 'name' and 'auc'");
        }

        foreach (var line in lines.Skip(1).Where(l => l.Length > 0))
        {
            var cells = line.Split(',');
            figures[cells[name]] = cells.Length == header.Length && double.TryParse(cells[auc], CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new ConfigurationException($"{path}: '{line}' is no line of reference figures");
        }

        return figures;
    }
}
