namespace SecStream.Connectors.Redis;

/// <summary>
/// The blacklist in Redis.
/// <code>
/// blacklist              address or network → {"reason","by","at","expires"}; anybody may write: HSET secstream:blacklist 203.0.113.7 "scanner", HDEL …
/// blacklisted:VALUE      the same as a key of its own, for EXISTS; it leaves by itself when the entry expires
/// blacklist:refused      fields that are no address, with the reason
/// blacklist:removed      values that were removed, by when (µs)
/// blacklist:known:ID     what a data folder and Redis agreed on last
/// blocked_ips            set of the values (guide keys); anybody may write: SADD, SREM
/// </code>
/// </summary>
internal static class RedisBlacklistScripts
{
    /// <summary>Name of the set of the guides.</summary>
    public const string GuideSet = "blocked_ips";

    /// <summary>
    /// Reads it all at one moment. Arguments: settings. Answers number of entries, fields, known, removed, members, whether the set is kept (0 no, 1 yes, 2 the
    /// key is somebody else's). Above the limit only the number.
    /// </summary>
    public const string Read = """
        local s = cjson.decode(ARGV[1])
        local p, set = s.prefix, 0
        local count = redis.call('HLEN', p .. 'blacklist')
        if s.guideSet then
          local is = redis.call('TYPE', s.guideSet).ok
          set = (is == 'none' or is == 'set') and 1 or 2
        end
        if set == 1 then count = math.max(count, redis.call('SCARD', s.guideSet)) end
        if count > s.limit then return { count } end
        local known = p .. 'blacklist:known:' .. s.instance
        redis.call('EXPIRE', known, s.keep)
        redis.call('ZREMRANGEBYSCORE', p .. 'blacklist:removed', '-inf', s.forget)
        redis.call('ZREMRANGEBYRANK', p .. 'blacklist:removed', 0, -s.limit - 1)
        return { count, redis.call('HGETALL', p .. 'blacklist'), redis.call('HGETALL', known),
          redis.call('ZRANGE', p .. 'blacklist:removed', 0, -1, 'WITHSCORES'), set == 1 and redis.call('SMEMBERS', s.guideSet) or {}, set }
        """;

    /// <summary>
    /// Writes what has been settled, value by value, each only while it is as it was read. Arguments: settings, then of each value what to do and the content
    /// that was read. Answers written, left for the next round.
    /// </summary>
    public const string Apply = """
        local s = cjson.decode(ARGV[1])
        local p, written, left = s.prefix, 0, 0
        local known = p .. 'blacklist:known:' .. s.instance
        for i = 2, #ARGV, 2 do
          local o, hash = cjson.decode(ARGV[i]), p .. 'blacklist'
          local now = redis.call('HGET', hash, o.field)
          local same = (not now and not o.was) or (now and o.was and now == ARGV[i + 1])
          if same and o.member ~= nil and redis.call('SISMEMBER', s.guideSet, o.member) ~= o.wasMember then same = false end
          if not same then left = left + 1
          else
            for _, alias in ipairs(o.aliases) do redis.call('HDEL', hash, alias) end
            if o.member and o.member ~= o.value then redis.call('SREM', s.guideSet, o.member) end
            if o.raw then
              redis.call('HSET', hash, o.value, o.raw)
              if o.ttl then redis.call('SET', p .. 'blacklisted:' .. o.value, o.raw, 'PX', o.ttl) else redis.call('SET', p .. 'blacklisted:' .. o.value, o.raw) end
            end
            if o.known then
              redis.call('HSET', known, o.value, o.known)
              redis.call('EXPIRE', known, s.keep)
              redis.call('ZREM', p .. 'blacklist:removed', o.value)
              if o.member then redis.call('SADD', s.guideSet, o.value) end
            else
              redis.call('HDEL', hash, o.value)
              redis.call('HDEL', known, o.value)
              redis.call('DEL', p .. 'blacklisted:' .. o.value)
              if o.member then redis.call('SREM', s.guideSet, o.value) end
              if o.removedAt then
                -- Several members of a group find the same removal; one message tells it.
                if not now and redis.call('ZSCORE', p .. 'blacklist:removed', o.value) then o.message = nil
                else redis.call('ZADD', p .. 'blacklist:removed', o.removedAt, o.value) end
              end
            end
            if o.message then redis.call('PUBLISH', hash, o.message) end
            written = written + 1
          end
        end
        return { written, left }
        """;

    /// <summary>Replaces what says why fields are not taken up. Arguments: settings, then field, reason, …</summary>
    public const string Refuse = """
        local s = cjson.decode(ARGV[1])
        redis.call('DEL', s.prefix .. 'blacklist:refused')
        for i = 2, #ARGV, 2 do redis.call('HSET', s.prefix .. 'blacklist:refused', ARGV[i], ARGV[i + 1]) end
        return 0
        """;
}
