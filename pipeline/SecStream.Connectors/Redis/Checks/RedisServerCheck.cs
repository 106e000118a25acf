using System.Diagnostics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Redis.Checks;

/// <summary>Looks at one server: whether it can be connected to, what it is, whether all that is needed may be done, and whether it keeps up.</summary>
internal sealed class RedisServerCheck(RedisOptions options, string endpoint, TimeProvider time)
{
    private const int Pings = 21;

    /// <summary>Writes of scripts behind reads that have no fixed order: before this version they are refused.</summary>
    private static readonly Version s_oldest = new(5, 0);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Adds what was found. True: it takes writes.</summary>
    public async Task<bool> RunAsync(List<PartCheck> checks, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var probe = await RedisProbe.ConnectAsync(options, endpoint, time, cancellation).ConfigureAwait(false);
            checks.Add(PartCheck.Ok(Name("connect"), options.Tls ? "connected with TLS" : "connected"));
            return await LookAsync(probe, checks, either.Token).ConfigureAwait(false);
        }
        catch (RedisUnavailableException fault)
        {
            checks.Add(PartCheck.Failed(Name("connect"), fault.Message, RedisMends.OfConnect(fault.Message, options)));
        }
        catch (Exception fault) when (fault is IOException or FormatException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            checks.Add(PartCheck.Failed(Name("connect"), $"it stopped answering: {fault.Message}", "see the log of the server and what lies between"));
        }

        return false;
    }

    private string Name(string what) => $"{RedisChecks.Part}{what} ({endpoint})";

    private async Task<bool> LookAsync(RedisProbe probe, List<PartCheck> checks, CancellationToken cancellation)
    {
        var text = await probe.AskAsync(cancellation, "INFO").ConfigureAwait(false);
        if (text.StartsWith('-'))
        {
            checks.Add(RedisRights.Refused(Name("right to INFO"), text, "INFO", options));
            checks.AddRange(await new RedisRights(options, Name).RunAsync(probe, cancellation).ConfigureAwait(false));
            return true;
        }

        var info = RedisInfo.Read(text);
        if (WhatItIs(info) is { } unfit)
        {
            checks.Add(unfit);
            return false;
        }

        checks.Add(PartCheck.Ok(Name("version"), info.Version.ToString()));
        if (info.IsReadOnly)
        {
            var detail = $"it is a read-only replica of {info.Primary}";
            checks.Add(options.Endpoints.Count > 1
                ? PartCheck.Ok(Name("role"), detail + "; used only after it has become the primary")
                : PartCheck.Failed(Name("role"), detail + ", which takes no writes", $"name the primary: redis.endpoints: [{info.Primary}]"));
            return false;
        }

        checks.AddRange(await new RedisRights(options, Name).RunAsync(probe, cancellation).ConfigureAwait(false));
        checks.Add(Memory(info));
        checks.Add(Policy(info));
        checks.Add(await LatencyAsync(probe, cancellation).ConfigureAwait(false));
        return true;
    }

    private PartCheck? WhatItIs(RedisInfo info)
    {
        if (info.IsSentinel)
        {
            return PartCheck.Failed(Name("role"), "it is a sentinel, which holds no keys", "name the primary and its replicas instead; sentinels are not asked");
        }

        if (info.Version < s_oldest)
        {
            return PartCheck.Failed(Name("version"), $"Redis {info.Version} is too old: scripts may not write what they need to", $"use Redis {s_oldest} or later; 7 is what is tested");
        }

        return info.IsCluster
            ? PartCheck.Failed(
                Name("role"), "it runs in cluster mode, where one script may not touch keys of several servers",
                "name a server without cluster mode (cluster-enabled no); one is enough for millions of keys")
            : null;
    }

    private PartCheck Memory(RedisInfo info)
    {
        const long mebibyte = 1 << 20;
        if (info.LimitBytes is not { } most)
        {
            return PartCheck.Ok(Name("memory"), $"{info.UsedBytes / mebibyte:N0} MiB are used; there is no limit (maxmemory 0)");
        }

        var strain = RedisThresholds.OfMemory(info.UsedBytes, most);
        return info.UsedBytes >= most
            ? PartCheck.Failed(Name("memory"), $"its memory is full: {info.UsedBytes / mebibyte:N0} of {most / mebibyte:N0} MiB, so it refuses writes", "shorten redis.keep, or raise maxmemory (CONFIG SET maxmemory)")
            : strain is null
                ? PartCheck.Ok(Name("memory"), $"{info.UsedBytes / mebibyte:N0} of {most / mebibyte:N0} MiB are used")
                : PartCheck.Warning(Name("memory"), strain.Detail + (strain.IsCritical ? ", which is critical" : ""), strain.Mend);
    }

    private PartCheck Policy(RedisInfo info) => info.LimitBytes is null || info.Policy is "noeviction" or ""
        ? PartCheck.Ok(Name("eviction"), info.LimitBytes is null ? "nothing is thrown out for room, as there is no limit" : "nothing is thrown out for room (noeviction)")
        : PartCheck.Warning(
            Name("eviction"),
            $"maxmemory-policy is {info.Policy}: when memory is full, blocks and alerts are thrown out without a word",
            "CONFIG SET maxmemory-policy noeviction, and the same line in redis.conf");

    private async Task<PartCheck> LatencyAsync(RedisProbe probe, CancellationToken cancellation)
    {
        var times = new List<TimeSpan>();
        for (var ping = 0; ping < Pings; ping++)
        {
            var started = Stopwatch.GetTimestamp();
            await probe.AskAsync(cancellation, "PING").ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        var median = times.Order().ElementAt(Pings / 2);
        return RedisThresholds.OfLatency(median) is { } strain
            ? PartCheck.Warning(Name("latency"), strain.Detail + (strain.IsCritical ? ", which is critical" : ""), strain.Mend)
            : PartCheck.Ok(Name("latency"), $"{median.TotalMilliseconds:0.##} ms");
    }
}
