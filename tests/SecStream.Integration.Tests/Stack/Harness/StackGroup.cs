using System.Diagnostics;

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

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }
}
