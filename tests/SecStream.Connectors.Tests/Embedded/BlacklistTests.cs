using SecStream.Connectors.Embedded;
using SecStream.Connectors.Tests.Harness;

namespace SecStream.Connectors.Tests.Embedded;

public sealed class BlacklistTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly FixedTime _time = new();

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData(" 203.0.113.0/24 ", "203.0.113.0/24")]
    [InlineData("203.0.113.7/32", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.0/120", "203.0.113.0/24")]
    [InlineData("2001:DB8:0::1", "2001:db8::1")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    public async Task Add_Address_IsStoredInOneForm(string text, string expected)
    {
        using var store = Open();
        var entry = await store.Blacklist.AddAsync(text, "seen", null, "ann", default);

        Assert.Equal(expected, entry.Value);
        Assert.Equal([entry], await store.Blacklist.ListAsync(default));
        Assert.True(await store.Blacklist.RemoveAsync(text, "ann", default));
        Assert.False(await store.Blacklist.RemoveAsync(text, "ann", default));
    }

    [Theory]
    [InlineData("example.org")]
    [InlineData("10.1")]
    [InlineData("203.0.113.7/24")]
    [InlineData("0.0.0.0/0")]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/-1")]
    [InlineData("::/0")]
    [InlineData("::ffff:0.0.0.0/96")]
    [InlineData("fe80::1%eth0")]
    [InlineData("")]
    public async Task Add_WhatIsNone_IsRefusedWithTheMend(string text)
    {
        using var store = Open();
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => store.Blacklist.AddAsync(text, "", null, "ann", default));

        Assert.Contains("write", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(store.Decisions.FilePath));
    }

    [Fact]
    public async Task Add_TextsThatCantStand_AreRefused()
    {
        using var store = Open();
        await Assert.ThrowsAsync<ArgumentException>(() => store.Blacklist.AddAsync("203.0.113.7", "two\nlines", null, "ann", default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Blacklist.AddAsync("203.0.113.7", "", null, "", default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Blacklist.AddAsync("203.0.113.7", "", _time.Now, "ann", default));
    }

    [Fact]
    public async Task Export_EveryChange_FileIsTheListAsItStands()
    {
        using var store = Open();
        await store.Blacklist.AddAsync("203.0.113.7", "said \"so\", twice # really", _time.Now.AddHours(24), "ann", default);
        await store.Blacklist.AddAsync("198.51.100.0/24", "", null, "ann", default);
        Assert.Equal(
            "# Written by SecStream; ./run blacklist changes it.\nvalue,reason,expires\n198.51.100.0/24,\"\",\n"
            + "203.0.113.7,\"said \"\"so\"\", twice # really\",2026-03-02T12:00:00.000000Z\n",
            await File.ReadAllTextAsync(store.Blacklist.FilePath));

        _time.Now = _time.Now.AddHours(25);
        Assert.Equal(1, await store.Blacklist.CleanupAsync("ann", default));
        Assert.Equal(["198.51.100.0/24"], (await store.Blacklist.ListAsync(default)).Select(entry => entry.Value));
        Assert.DoesNotContain("203.0.113.7", await File.ReadAllTextAsync(store.Blacklist.FilePath), StringComparison.Ordinal);
        var written = File.GetLastWriteTimeUtc(store.Blacklist.FilePath);
        Assert.Equal(0, await store.Blacklist.CleanupAsync("ann", default));
        Assert.Equal(written, File.GetLastWriteTimeUtc(store.Blacklist.FilePath));
        File.Delete(store.Blacklist.FilePath);
        await store.Blacklist.ExportAsync(default);
        Assert.True(File.Exists(store.Blacklist.FilePath));
    }

    public void Dispose() => _folder.Dispose();

    private SqliteAlertStore Open() => new(_folder.Path, new SqliteStoreOptions { MayRebuild = true }, _time);

    private sealed class FixedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
