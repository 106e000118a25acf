using System.Diagnostics;
using SecStream.Integration.Tests.Conformance.Harness;

namespace SecStream.Integration.Tests.Stack.Harness;

/// <summary>Members of one group.</summary>
internal sealed class StackGroup(StackServers servers, MemberSetting setting) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly List<StackMember> _members = [];

    public IReadOnlyList<StackMember> Members => _members;

    /// <summary>Starts another member; it need not lead.</summary>
    public async Task<StackMember> JoinAsync()
    {
        var member = new StackMember(servers, $"m{_members.Count + 1}", setting);
        _members.Add(member);
        await member.Service.LaunchAsync();
        return member;
    }

    /// <summary>The member that leads, waited for.</summary>
    public async Task<StackMember> LeaderAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (var member in _members.Where(m => m.IsRunning))
            {
                if (await member.IsLeadingAsync())
                {
                    return member;
                }
            }

            Assert.True(
                Stopwatch.GetElapsedTime(started) < s_patience,
                "nobody leads: " + string.Join('\n', _members.Select(m => $"{m.Name} {(m.IsRunning ? "runs" : "is down")}: {string.Join('\n', m.Service.Log.TakeLast(12))}")));
            await Task.Delay(100);
        }
    }

    /// <summary>Waits until all has been read, evaluated and delivered. The lead may change hands meanwhile.</summary>
    public async Task SettleAsync()
    {
        for (var left = 3; ; left--)
        {
            var leader = await LeaderAsync();
            try
            {
                await SettledAlerts.OfServiceAsync(leader.Service);
                return;
            }
            catch (HttpRequestException fault) when (left > 0)
            {
                Told.Add($"{leader.Name} led, and was gone ({fault.Message}): {string.Join('\n', leader.Service.Log.TakeLast(15))}");
            }
        }
    }

    /// <summary>What was out of the ordinary.</summary>
    public List<string> Told { get; } = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }
}
