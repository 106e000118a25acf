namespace SecStream.Connectors.Redis;

/// <summary>
/// What is done in one step of the server. The place in the outbox is written in the same step as the entries before it, so a server that lost its last
/// second, or everything, gets exactly that again.
/// <code>
/// alert:ID incident:ID      document (string, TTL)            seen:DAY      id → revision|open|severity|first (what tells news from redelivery)
/// alerts:recent :critical   ids by event time (seconds)       counts:DAY    alerts, incidents, severity:*, rule:* (TTL)
/// incidents:recent          ids by event time                 entities:DAY  type:value by number of alerts (TTL)
/// *s:expiry                 ids by when they leave            actions:TYPE:TARGET   alert id → what it asks for (TTL of the longest)
/// items                     id → keys and members it has      actions:active, actions:of   targets by end; alert id → its targets
/// </code>
/// </summary>
internal static class RedisScripts
{
    /// <summary>Beginning of each script: settings, and what takes an id out of all lists.</summary>
    private const string Shared = """
        local s = cjson.decode(ARGV[1])
        local p, now = s.prefix, s.now
        local refused = 0
        local function typed(key, kind)
          local is = redis.call('TYPE', key).ok
          return is == 'none' or is == kind
        end
        local function unlist(id)
          local had = redis.call('HGET', p .. 'items', id)
          if not had then return end
          for _, item in ipairs(cjson.decode(had)) do
            if item.t == 'list' and typed(item.k, 'list') then redis.call('LREM', item.k, 1, item.v)
            elseif item.t == 'zset' and typed(item.k, 'zset') then redis.call('ZREM', item.k, item.v)
            elseif item.t == 'hash' and typed(item.k, 'hash') and redis.call('HGET', item.k, 'id') == id then redis.call('DEL', item.k) end
          end
          redis.call('HDEL', p .. 'items', id)
        end
        local function list(id, items)
          local kept = {}
          for _, item in ipairs(items) do
            if item.t == 'hash' and redis.call('EXISTS', item.k) == 1 and redis.call('HGET', item.k, 'id') ~= id then
              item.k = item.k .. '-' .. string.sub(id, -12)
            end
            if not typed(item.k, item.t) then refused = refused + 1
            else
              if item.t == 'list' then
                redis.call('LPUSH', item.k, item.v)
                redis.call('LTRIM', item.k, 0, s.listCount - 1)
              elseif item.t == 'zset' then
                redis.call('ZADD', item.k, item.s, item.v)
                local over = redis.call('ZCARD', item.k) - s.listCount
                if over > 0 then redis.call('ZREMRANGEBYRANK', item.k, 0, over - 1) end
              else
                for name, value in pairs(item.f) do redis.call('HSET', item.k, name, value) end
                redis.call('EXPIRE', item.k, s.keepEvents)
              end
              kept[#kept + 1] = { t = item.t, k = item.k, v = item.v }
            end
          end
          if #kept > 0 then redis.call('HSET', p .. 'items', id, cjson.encode(kept)) end
        end
        local function drop(kind, id)
          redis.call('ZREM', p .. kind .. 's:recent', id)
          redis.call('ZREM', p .. kind .. 's:expiry', id)
          if kind == 'alert' then redis.call('ZREM', p .. 'alerts:critical', id) end
          unlist(id)
        end
        local function leave(kind, id)
          drop(kind, id)
          redis.call('HDEL', p .. 'actions:of', id)
        end
        local function trim(kind)
          for _, id in ipairs(redis.call('ZRANGEBYSCORE', p .. kind .. 's:expiry', '-inf', now, 'LIMIT', 0, 500)) do leave(kind, id) end
          local over = redis.call('ZCARD', p .. kind .. 's:recent') - s.recentCount
          if over > 0 then
            for _, id in ipairs(redis.call('ZRANGE', p .. kind .. 's:recent', 0, math.min(over, 500) - 1)) do
              leave(kind, id)
              redis.call('DEL', p .. kind .. ':' .. id)
            end
          end
        end

        """;

    /// <summary>Takes entries of the outbox. Arguments: settings, then metadata and document of each. Answers applied, refused.</summary>
    public const string Apply = Shared + """
        local function count(e, severity, by)
          local counts, entities = p .. 'counts:' .. e.day, p .. 'entities:' .. e.day
          redis.call('HINCRBY', counts, e.kind .. 's', by)
          if e.kind == 'alert' then
            redis.call('HINCRBY', counts, 'severity:' .. severity, by)
            redis.call('HINCRBY', counts, 'rule:' .. e.rule, by)
            if tonumber(redis.call('ZINCRBY', entities, by, e.entity)) <= 0 then redis.call('ZREM', entities, e.entity) end
            local over = redis.call('ZCARD', entities) - s.entityCount
            if over > 0 then redis.call('ZREMRANGEBYRANK', entities, 0, over - 1) end
            redis.call('EXPIRE', entities, s.keepCounts)
          end
          redis.call('EXPIRE', counts, s.keepCounts)
        end
        local function settle(name, type, target)
          local key, last = p .. 'actions:' .. name, 0
          local all, lowest, lowestUntil, left = redis.call('HGETALL', key), nil, nil, 0
          for i = 1, #all, 2 do
            local till = cjson.decode(all[i + 1])['until']
            if till <= now then redis.call('HDEL', key, all[i])
            else
              left = left + 1
              last = math.max(last, till)
              if not lowestUntil or till < lowestUntil then lowest, lowestUntil = all[i], till end
            end
          end
          if left > s.alertsPerAction then redis.call('HDEL', key, lowest) end
          local was = redis.call('ZSCORE', p .. 'actions:active', name)
          if left == 0 then
            redis.call('ZREM', p .. 'actions:active', name)
            if was then redis.call('PUBLISH', p .. 'actions', cjson.encode({ state = 'ended', type = type, target = target })) end
          else
            redis.call('EXPIRE', key, math.ceil(last - now))
            redis.call('ZADD', p .. 'actions:active', last, name)
            if not was or tonumber(was) ~= last then
              redis.call('PUBLISH', p .. 'actions', cjson.encode({ state = 'active', type = type, target = target, ['until'] = last }))
            end
          end
        end
        local function act(e, open, first)
          local before, asked = redis.call('HGET', p .. 'actions:of', e.id), {}
          for _, a in ipairs(open and e.actions or {}) do
            local key, till = p .. 'actions:' .. a.name, (s.again and e['end'] or first) + a.seconds
            local isNew = redis.call('ZSCORE', p .. 'actions:active', a.name) == false
            if till > now and e['end'] > now - s.actionMaxAge then
              if isNew and redis.call('ZCARD', p .. 'actions:active') >= s.actionCount then refused = refused + 1
              else
                a.what['until'] = till
                redis.call('HSET', key, e.id, cjson.encode(a.what))
                asked[#asked + 1] = { name = a.name, type = a.what.type, target = a.what.target }
              end
            end
          end
          local kept = {}
          for _, a in ipairs(asked) do
            kept[a.name] = true
            settle(a.name, a.type, a.target)
          end
          for _, a in ipairs(before and cjson.decode(before) or {}) do
            if not kept[a.name] then
              redis.call('HDEL', p .. 'actions:' .. a.name, e.id)
              settle(a.name, a.type, a.target)
            end
          end
          if #asked > 0 then redis.call('HSET', p .. 'actions:of', e.id, cjson.encode(asked))
          elseif before then redis.call('HDEL', p .. 'actions:of', e.id) end
        end
        local applied = 0
        for i = 2, #ARGV, 2 do
          local e, document = cjson.decode(ARGV[i]), ARGV[i + 1]
          local seen, revision, wasOpen, wasSeverity, first = p .. 'seen:' .. e.day, 0, false, '', now
          local was = redis.call('HGET', seen, e.id)
          if was then
            local r, o, v, f = string.match(was, '^(%d+)|(%d)|(%a*)|([%d%.]+)$')
            revision, wasOpen, wasSeverity, first = tonumber(r), o == '1', v, tonumber(f)
          end
          if e.revision > revision then
            local open = not e.withdrawn
            redis.call('SET', p .. e.kind .. ':' .. e.id, document, 'EX', s.keep)
            if wasOpen and (not open or wasSeverity ~= e.severity) then count(e, wasSeverity, -1) end
            if open and (not wasOpen or wasSeverity ~= e.severity) then count(e, e.severity, 1) end
            drop(e.kind, e.id)
            if open then
              redis.call('ZADD', p .. e.kind .. 's:recent', e.score, e.id)
              redis.call('ZADD', p .. e.kind .. 's:expiry', now + s.keep, e.id)
              if e.kind == 'alert' and e.severity == 'critical' then redis.call('ZADD', p .. 'alerts:critical', e.score, e.id) end
              list(e.id, e.items)
            end
            if e.kind == 'alert' then act(e, open, first) end
            if was or redis.call('HLEN', seen) < s.seenCount then
              redis.call('HSET', seen, e.id, string.format('%d|%d|%s|%.3f', e.revision, open and 1 or 0, e.severity, first))
              redis.call('EXPIRE', seen, s.keepCounts)
            end
            redis.call('PUBLISH', p .. e.kind .. 's', document)
            applied = applied + 1
          end
        end
        trim('alert')
        trim('incident')
        redis.call('ZREMRANGEBYSCORE', p .. 'actions:active', '-inf', now)
        if s.place ~= '' then redis.call('SET', KEYS[1], s.place) end
        return { applied, refused }
        """;

    /// <summary>Takes events by category. Arguments: settings, then metadata of each. Answers applied, refused.</summary>
    public const string Events = Shared + """
        local applied = 0
        for i = 2, #ARGV do
          local e = cjson.decode(ARGV[i])
          if redis.call('HEXISTS', p .. 'items', e.id) == 0 then
            list(e.id, e.items)
            redis.call('ZADD', p .. 'events:recent', e.score, e.id)
            redis.call('ZADD', p .. 'events:expiry', now + s.keepEvents, e.id)
            applied = applied + 1
          end
        end
        trim('event')
        return { applied, refused }
        """;

    /// <summary>Lets go of what has expired. Arguments: settings.</summary>
    public const string Upkeep = Shared + """
        trim('alert')
        trim('incident')
        trim('event')
        local ended = redis.call('ZRANGEBYSCORE', p .. 'actions:active', '-inf', now, 'LIMIT', 0, 500)
        for _, name in ipairs(ended) do redis.call('ZREM', p .. 'actions:active', name) end
        return { #ended, refused }
        """;
}
