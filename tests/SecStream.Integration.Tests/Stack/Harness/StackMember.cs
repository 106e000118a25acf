using System.Globalization;
using SecStream.Integration.Tests.Conformance.Harness;

namespace SecStream.Integration.Tests.Stack.Harness;

/// <summary>What a member is configured with besides its servers.</summary>
internal sealed record MemberSetting
{
    /// <summary>It hands on its state; false: it is the only member.</summary>
    public bool IsGroup { get; init; } = true;

    /// <summary>Time between snapshots.</summary>
    public string SnapshotEvery { get; init; } = "1s";

    /// <summary>Lanes.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Elasticsearch takes events as well as alerts.</summary>
    public bool Events { get; init; } = true;

    /// <summary>There is a section <c>redis</c>.</summary>
    public bool Redis { get; init; } = true;

    /// <summary>Further lines of the section <c>kafka</c>, indented by two.</summary>
    public string Kafka { get; init; } = "";

    /// <summary>Further sections.</summary>
    public string More { get; init; } = "";
}

/// <summary>A process of the service that reads Kafka, with a data folder of its own.</summary>
internal sealed class StackMember : IAsyncDisposable
{
    private readonly ServiceFolder _folder = new();
    private readonly string _name;

    public StackMember(StackServers servers, string name, MemberSetting setting)
    {
        _name = name;
        Service = new ServiceProcess(_folder);
        Configure(servers, setting);
    }

    public ServiceFolder Folder => _folder;

    public ServiceProcess Service { get; }

    public string Name => _name;

    /// <summary>It runs, whether it leads or waits.</summary>
    public bool IsRunning => Service.IsRunning;

    public void Configure(StackServers servers, MemberSetting setting) => File.WriteAllText(_folder.Configuration, string.Create(CultureInfo.InvariantCulture, $"""
        data: {_folder.Data}
        timezone: UTC
        horizon: 6h
        lanes: {setting.Lanes}
        rules: {_folder.Rules}
        http:
          listen: 127.0.0.1:{_folder.HttpPort}
        state:
          snapshot_every: {setting.SnapshotEvery}
        kafka:
          brokers: [{string.Join(", ", servers.Kafka.Brokers.Select(broker => $"'{broker}'"))}]
          topics: [{StackServers.Topic}]
          member: {_name}
          state: {(setting.IsGroup ? StackServers.StateTopic : "off")}
          properties:
            session.timeout.ms: 6000
            heartbeat.interval.ms: 500
            reconnect.backoff.ms: 50
            reconnect.backoff.max.ms: 500
        {setting.Kafka}
        elasticsearch:
          hosts: ['{servers.Elasticsearch.Url}']
          events: {(setting.Events ? "true" : "false")}
        {(setting.Redis ? $"redis: {{ endpoints: ['{servers.Redis.Endpoint}'] }}" : "")}
        {setting.More}

        """));

    /// <summary>Whether it leads, and has begun.</summary>
    public async Task<bool> IsLeadingAsync()
    {
        if (!IsRunning)
        {
            return false;
        }

        try
        {
            using var answer = await Service.Client.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            // It does not listen just now.
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _folder.Dispose();
    }
}
