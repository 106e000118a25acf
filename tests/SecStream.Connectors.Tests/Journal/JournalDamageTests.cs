using System.Globalization;
using SecStream.Connectors.Journal;

namespace SecStream.Connectors.Tests.Journal;

/// <summary>Whatever happens to the files, what is read was written, and what is missing is reported.</summary>
public sealed class JournalDamageTests
{
    [Fact]
    public async Task Read_RandomDamage_GivesOnlyWhatWasWrittenAndReportsTheRest()
    {
        var rounds = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? 3000 : 200;
        var random = new Random(20260302);
        using var test = new TestJournal();
        var written = new Dictionary<long, string>();
        for (var i = 0; i < 60; i++)
        {
            await test.AppendAsync([.. Enumerable.Range(0, random.Next(1, 4)).Select(j => $"{i}.{j} " + new string('x', random.Next(0, 8000)))]);
        }

        using (var source = test.Source())
        {
            TestJournal.Slices(source).ForEach(r => written.Add(r.Slice.Position, r.Text));
        }

        test.Close();
        var whole = test.Files.ToDictionary(f => f, File.ReadAllBytes);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (file, bytes) in whole)
            {
                File.WriteAllBytes(file, Damaged(random, bytes));
            }

            AssertAccounted(test.Directory, written, $"round {round}");
        }
    }

    /// <summary>A copy of the files at any moment is what a crash leaves: what was acknowledged before is in it, and of each append all or nothing.</summary>
    [Fact]
    public async Task Open_CopyTakenWhileAppending_HasAllThatWasAcknowledgedAndNoHalfAppend()
    {
        using var test = new TestJournal();
        using var copy = new TestJournal();
        await test.AppendAsync("0.0", "0.1", "0.2");
        var (acknowledged, stop) = (0, false);
        var appending = Task.Run(async () =>
        {
            for (var i = 1; !Volatile.Read(ref stop); i++)
            {
                await test.AppendAsync($"{i}.0", $"{i}.1 " + new string('x', i * 37 % 9000), $"{i}.2");
                Volatile.Write(ref acknowledged, i);
            }
        });
        for (var round = 0; round < 40; round++)
        {
            await Task.Delay(round % 5);
            var before = Volatile.Read(ref acknowledged);
            Array.ForEach(copy.Files, File.Delete);
            Array.ForEach(test.Files, file => File.Copy(file, Path.Combine(copy.Directory, Path.GetFileName(file))));
            using var source = copy.Source();
            var read = TestJournal.Read(source).ConvertAll(r => r.Split(' ')[0]);
            Assert.Empty(source.Gaps);
            Assert.True(read.Count >= 3 * (before + 1));
            Assert.Equal(Enumerable.Range(0, read.Count / 3).SelectMany(i => Enumerable.Range(0, 3).Select(j => $"{i}.{j}")), read);
            copy.Close();
        }

        Volatile.Write(ref stop, true);
        await appending;
        Assert.True(acknowledged > 40);
    }

    private static byte[] Damaged(Random random, byte[] bytes)
    {
        var damaged = bytes.ToArray();
        switch (random.Next(6))
        {
            case 0:
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
                break;
            case 1:
                damaged = damaged[..random.Next(damaged.Length)];
                break;
            case 2:
                var start = random.Next(damaged.Length);
                damaged.AsSpan(start, Math.Min(random.Next(1, 5000), damaged.Length - start)).Clear();
                break;
            case 3:
                var (from, to) = (random.Next(damaged.Length), random.Next(damaged.Length));
                var length = Math.Min(random.Next(1, 20_000), damaged.Length - Math.Max(from, to));
                bytes.AsSpan(from, length).CopyTo(damaged.AsSpan(to));
                break;
            case 4:
                damaged = [.. damaged, .. bytes.AsSpan(0, Math.Min(bytes.Length, random.Next(5000)))];
                break;
        }

        return damaged;
    }

    private static void AssertAccounted(string directory, Dictionary<long, string> written, string round)
    {
        JournalSource source;
        try
        {
            source = JournalSource.OpenForReplay(directory, "default");
        }
        catch (InvalidDataException fault)
        {
            Assert.Contains(directory, fault.Message, StringComparison.Ordinal);
            return;
        }

        using (source)
        {
            var read = TestJournal.Slices(source);
            Assert.All(read, r => Assert.Equal(written[r.Slice.Position], r.Text));
            Assert.Equal(read.Select(r => r.Slice.Position).Distinct().Order(), read.Select(r => r.Slice.Position));
            var missing = written.Keys.Except(read.Select(r => r.Slice.Position)).Where(p => p < source.Position && !source.Gaps.Any(g => g.From <= p && p < g.To));
            Assert.True(!missing.Any(), string.Create(CultureInfo.InvariantCulture, $"{round}: position {missing.FirstOrDefault()} is missing and in no gap"));
        }
    }
}
