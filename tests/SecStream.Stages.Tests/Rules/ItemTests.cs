using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Expressions;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>Field modifiers and values, one by one.</summary>
public sealed class ItemTests
{
    [Theory]
    [InlineData("user.name: Alice", "ALICE", true)]
    [InlineData("user.name|cased: Alice", "ALICE", false)]
    [InlineData("user.name|cased: Alice", "Alice", true)]
    [InlineData("user.name: a*e", "apple pie", true)]
    [InlineData("user.name: a?c", "aéc", true)]
    [InlineData("user.name: a?c", "ac", false)]
    [InlineData(@"user.name: a\*c", "a*c", true)]
    [InlineData(@"user.name: a\*c", "abc", false)]
    [InlineData(@"user.name: c:\temp\\*", @"C:\Temp\x", true)]
    [InlineData(@"user.name|endswith: \cmd.exe", @"C:\Windows\CMD.EXE", true)]
    [InlineData("user.name: ''", "", true)]
    [InlineData("user.name: ''", "x", false)]
    [InlineData("user.name: 'ÀÉ'", "àé", true)]
    [InlineData("user.name|contains|all: [a, b]", "xbya", true)]
    [InlineData("user.name|contains|all: [a, b]", "xb", false)]
    [InlineData("user.name|neq: alice", "bob", true)]
    [InlineData("user.name|neq: alice", "Alice", false)]
    [InlineData("user.name|re: ^a.c$", "abc", true)]
    [InlineData("user.name|re: ^a.c$", "ABC", false)]
    [InlineData("user.name|re|i: ^a.c$", "ABC", true)]
    [InlineData("user.name|re: ^b", "a\nb", false)]
    [InlineData("user.name|re|m: ^b", "a\nb", true)]
    [InlineData("user.name|re: a.b", "a\nb", false)]
    [InlineData("user.name|re|s: a.b", "a\nb", true)]
    [InlineData("user.name|windash|contains: ' -enc'", "powershell /ENC x", true)]
    [InlineData("user.name|windash|contains: ' -enc'", "powershell \u2013enc x", true)]
    [InlineData("user.name|windash|contains: ' -enc'", "powershell x-enc", false)]
    [InlineData("user.name|base64|contains: foobar", "xxZm9vYmFyyy", true)]
    [InlineData("user.name|base64offset|contains: /bin/bash", "aaaL2Jpbi9iYXNoaaa", true)]
    [InlineData("user.name|base64offset|contains: /bin/bash", "vYmluL2Jhc2", true)]
    [InlineData("user.name|base64offset|contains: /bin/bash", "9iaW4vYmFza", true)]
    [InlineData("user.name|wide|base64: ab", "YQBiAA==", true)]
    [InlineData("user.name|utf16be|base64: ab", "AGEAYg==", true)]
    [InlineData("user.name|utf16|base64: ab", "//5hAGIA", true)]
    [InlineData("user.name|gt: 5", "6", true)]
    [InlineData("user.name|gt: 5", "six", false)]
    [InlineData("user.name: 5", "5", true)]
    [InlineData("user.name: 0x10", "16", true)]
    [InlineData("user.name|cidr: 10.0.0.0/8", "10.200.1.1", true)]
    [InlineData("user.name|cidr: 10.0.0.0/8", "::ffff:10.0.0.1", false)]
    [InlineData("user.name|cidr: [10.0.0.0/8, 'fe80::/10']", "fe80::1", true)]
    [InlineData("user.name|exists: true", "", true)]
    [InlineData("user.name|exists: false", "x", false)]
    [InlineData("user.name: null", "", false)]
    public void Item_OnText_Matches(string item, string value, bool matches) => Assert.Equal(matches, Rule(item).Matches(("user.name", value)));

    [Fact]
    public void Base64Offset_FindsAllThreePositions()
    {
        var rules = Rule("user.name|base64offset|contains: secret-value");
        foreach (var prefix in new[] { "", "x", "xy", "xyz" })
        {
            foreach (var suffix in new[] { "", "1", "12" })
            {
                var text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(prefix + "secret-value" + suffix));
                Assert.True(rules.Matches(("user.name", text)), text);
            }
        }
    }

    [Fact]
    public void Array_AnyElementMatches()
    {
        Assert.True(Rule("tags: Beta").Matches(("tags", new object[] { "alpha", "beta" })));
        Assert.True(Rule("tags|contains|all: [alp, bet]").Matches(("tags", new object[] { "alpha", "beta" })));
        Assert.False(Rule("tags: alphabeta").Matches(("tags", new object[] { "alpha", "beta" })));
        Assert.True(Rule("tags: 'a\"b'").Matches(("tags", new object[] { "a\"b" })));
        Assert.True(Rule("tags|gte: 7").Matches(("tags", new object[] { 3L, 7L })));
        Assert.True(Rule("source.ip|cidr: 10.0.0.0/8").Matches(("source.ip", new object[] { "8.8.8.8", "10.0.0.1" })));
    }

    [Fact]
    public void FieldRef_ComparesFields()
    {
        var rules = Rule("user.name|fieldref: user.target.name");
        Assert.True(rules.Matches(("user.name", "Bob"), ("user.target.name", "bob")));
        Assert.False(rules.Matches(("user.name", "Bob")));
        Assert.True(Rule("user.name|fieldref|endswith: user.target.name").Matches(("user.name", "corp\\bob"), ("user.target.name", "BOB")));
    }

    [Fact]
    public void Keywords_AreFoundInMessageAndRawLine()
    {
        var rules = new TestRules(TestRules.Rule("keywords: [segfault, 'c:\\temp']\ncondition: keywords"));
        Assert.True(rules.Matches(("message", "kernel: SEGFAULT at 0")));
        Assert.True(rules.Matches(("labels.odd", @"in C:\Temp\x")));
        Assert.False(rules.Matches(("message", "all well")));
    }

    [Fact]
    public void Expand_WithoutValue_IsAnError_WithValue_Matches()
    {
        var yaml = TestRules.Rule("s: {user.name|expand: '%admins%'}\ncondition: s");
        Assert.Contains(new TestRules(yaml).Set.Issues, i => i.Code == "placeholder");
        var options = new RuleLoadOptions { Expansions = new Dictionary<string, IReadOnlyList<string>> { ["admins"] = ["root", "adm*"] } };
        Assert.True(new TestRules(options, yaml).Matches(("user.name", "Admiral")));
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0", false)]
    [InlineData("10.0.0.01", false)]
    [InlineData("10.0.0.256", false)]
    [InlineData("10.0.0.1.1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db8::1%eth0", false)]
    [InlineData("[::1]", false)]
    [InlineData("", false)]
    public void Address_Parses(string text, bool valid) =>
        Assert.Equal(valid, Cidr.TryParseAddress(System.Text.Encoding.UTF8.GetBytes(text), out _, out _));

    private static TestRules Rule(string item) => new(TestRules.Rule($"s:\n  {item}\ncondition: s"));
}
