using System.Text;
using SecStream.Connectors.Http;

namespace SecStream.Connectors.Tests.Http;

public sealed class BodyReaderTests
{
    [Fact]
    public async Task ReadLine_AnyLengthsAndEnds_GivesTheLines()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, 1 + random.Next(12)).Select(_ => new string((char)('a' + random.Next(3)), random.Next(300))).ToList();
            var terminated = random.Next(2) == 0;
            var text = string.Join(random.Next(2) == 0 ? "\n" : "\r\n", lines) + (terminated ? "\n" : "");
            using var reader = new BodyReader(new ChunkedStream(Encoding.ASCII.GetBytes(text), random), Bodies.Small, new BodyBudget(100_000));
            var found = new List<string>();
            LineKind kind;
            var last = LineKind.Line;
            while ((kind = await reader.ReadLineAsync(CancellationToken.None)) != LineKind.End)
            {
                found.Add(Encoding.ASCII.GetString(reader.Current));
                last = kind;
            }

            var expected = terminated || lines[^1].Length > 0 ? lines : lines[..^1];
            Assert.Equal(expected, found);
            Assert.Equal(expected.Count, reader.Line);
            Assert.True(found.Count == 0 || (last == LineKind.Unterminated) == (!terminated && lines[^1].Length > 0));
        }
    }

    [Fact]
    public async Task ReadLine_BeyondTheBound_IsSkippedAndTheNextIsRead()
    {
        var text = $"first\n{new string('x', 5000)}\nlast\n{new string('y', 401)}";
        using var reader = new BodyReader(new ChunkedStream(Encoding.ASCII.GetBytes(text), new Random(3)), Bodies.Small, new BodyBudget(100_000));
        Assert.Equal(LineKind.Line, await reader.ReadLineAsync(CancellationToken.None));
        Assert.Equal(LineKind.TooLong, await reader.ReadLineAsync(CancellationToken.None));
        Assert.Equal(LineKind.Line, await reader.ReadLineAsync(CancellationToken.None));
        Assert.Equal("last", Encoding.ASCII.GetString(reader.Current));
        Assert.Equal(LineKind.TooLong, await reader.ReadLineAsync(CancellationToken.None));
        Assert.Equal(LineKind.End, await reader.ReadLineAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Budget_UsedUp_RefusesWith429AndIsGivenBack()
    {
        var budget = new BodyBudget(100);
        using (var first = new BodyReader(new MemoryStream(new byte[90]), Bodies.Small with { WindowBytes = 128 }, budget))
        {
            await first.ReadLineAsync(CancellationToken.None);
            using var second = new BodyReader(new MemoryStream(new byte[20]), Bodies.Small with { WindowBytes = 128 }, budget);
            var fault = await Assert.ThrowsAsync<IngestException>(async () => await second.ReadLineAsync(CancellationToken.None));
            Assert.Equal(429, fault.Status);
        }

        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Body_BeyondItsBound_IsRefusedWith413()
    {
        var fault = await Assert.ThrowsAsync<IngestException>(() => Bodies.IngestAsync(string.Concat(Enumerable.Repeat("      \n", 3000)), "text/plain"));
        Assert.Equal(413, fault.Status);
    }

    [Fact]
    public async Task Mark_AtTheBeginning_IsNoPartOfTheRecord() => Assert.Equal(["{}"], await Bodies.IngestAsync("\uFEFF{}\n", "application/x-ndjson"));
}
