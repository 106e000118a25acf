using System.Net;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.Integration.Tests.Stack.Harness;

namespace SecStream.Integration.Tests.Stack;

/// <summary>What probes, scrapes and senders meet at a member that waits.</summary>
public sealed class WaitingMemberTests
{
    [Fact]
    public async Task Waits_LivesAndSaysSo_AndTakesTheLeadWhenTheOtherStops()
    {
        await using var servers = await StackServers.StartAsync(partitions: 2, brokers: 1);
        await using var group = new StackGroup(servers, new MemberSetting());
        var first = await group.JoinAsync();
        Assert.Same(first, await group.LeaderAsync());
        var second = await group.JoinAsync();

        Assert.Contains("ok", await HostProgram.RunAsync(second.Folder.Root, "health", "live", "--data", second.Folder.Data), StringComparison.Ordinal);
        Assert.Contains("ok", await HostProgram.RunAsync(second.Folder.Root, "health", "startup", "--data", second.Folder.Data), StringComparison.Ordinal);
        using var ready = await second.Service.Client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("secstream_member_active 0", await second.Service.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        using var events = new StringContent("{}");
        using var refused = await second.Service.Client.PostAsync("/ingest", events);
        Assert.False(refused.IsSuccessStatusCode, $"{refused.StatusCode}");

        await first.Service.StopAsync();
        Assert.Same(second, await group.LeaderAsync());
        Assert.Contains("secstream_member_active 1", await second.Service.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("ok", await HostProgram.RunAsync(second.Folder.Root, "health", "ready", "--data", second.Folder.Data), StringComparison.Ordinal);
    }
}
