using System.Diagnostics;
using System.Text.Json;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Notebooks;

/// <summary>The notebooks run over what the program writes, and hold nothing but their cells.</summary>
public sealed class NotebookTests
{
    private static readonly string[] s_notebooks = [.. Directory.EnumerateFiles(Repository.File("notebooks"), "*.ipynb").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Notebooks_OverExportedFiles_RunToTheEnd()
    {
        using var folder = new TemporaryFolder();
        NotebookInputs.Write(folder);
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardError = true, WorkingDirectory = folder.Path };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "run_notebooks.py"));
        Array.ForEach(s_notebooks, start.ArgumentList.Add);
        start.Environment["SECSTREAM_NOTEBOOK_DATA"] = folder.Path;

        // What Jupyter and Matplotlib keep goes away with the test.
        start.Environment["HOME"] = folder.Path;
        start.Environment["JUPYTER_PLATFORM_DIRS"] = "0";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{errors}\n(Debian's python3-nbclient, python3-ipykernel, python3-pandas and python3-matplotlib are needed; ./test installs them.)");
    }

    [Fact]
    public void Notebooks_AsCommitted_HaveNoOutputs()
    {
        Assert.Equal(["compare-detectors", "explore-features", "review-training", "study-alert"], s_notebooks.Select(Path.GetFileNameWithoutExtension));
        foreach (var path in s_notebooks)
        {
            using var notebook = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var cell in notebook.RootElement.GetProperty("cells").EnumerateArray().Where(c => c.GetProperty("cell_type").GetString() == "code"))
            {
                Assert.True(cell.GetProperty("outputs").GetArrayLength() == 0, $"{Path.GetFileName(path)}: a cell has outputs; clear them before committing");
                Assert.Equal(JsonValueKind.Null, cell.GetProperty("execution_count").ValueKind);
            }
        }
    }
}
