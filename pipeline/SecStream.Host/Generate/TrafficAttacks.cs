using SecStream.Core.Events;
using SecStream.Host.Benchmark;

namespace SecStream.Host.Generate;

/// <summary>Attacks on one day, each on somebody else, so that what is found can be told apart.</summary>
internal sealed class TrafficAttacks(TrafficPeople people, TrafficDay day, long start, ulong seed)
{
    private readonly Draw _draw = new(Draw.Mix(seed ^ 0x41545441434B));

    /// <summary>Adds all; says what they were.</summary>
    public IReadOnlyList<TrafficAttack> Add() => [RateTimesFive(), ErrorBurst(), SlowScan(), OffHours(), NewPlace(), DataTheft(), OddSequence()];

    /// <summary>A key asks five times and more as often for half an hour: stolen, and used by somebody in a hurry.</summary>
    private TrafficAttack RateTimesFive()
    {
        var key = people.Keys.OrderByDescending(k => k.PerMinute).Skip(3).First();
        var from = start + (13 * EventClock.Hour);
        var count = (int)(key.PerMinute * 5 * 30) + 60;
        for (var i = 0; i < count; i++)
        {
            day.AddCall(key, from + (long)(_draw.Unit() * 30 * EventClock.Minute), fails: false);
        }

        return Attack("rate_x5", key.Id, from, 30, count);
    }

    /// <summary>A service answers half of all calls with errors for twenty minutes.</summary>
    private TrafficAttack ErrorBurst()
    {
        var service = TrafficPeople.Services[0];
        var keys = people.Keys.Where(k => k.Service == service).OrderByDescending(k => k.PerMinute).Take(4).ToArray();
        var from = start + (16 * EventClock.Hour);
        for (var i = 0; i < 240; i++)
        {
            day.AddCall(_draw.Pick(keys), from + (long)(_draw.Unit() * 20 * EventClock.Minute), fails: true, milliseconds: 4000);
        }

        return Attack("error_burst", service, from, 20, 240);
    }

    /// <summary>A visitor looks for what he may find, one path every forty seconds, for six hours: no single minute is loud.</summary>
    private TrafficAttack SlowScan()
    {
        var visitor = people.Visitors[^1];
        var from = start + (8 * EventClock.Hour);
        for (var i = 0; i < 540; i++)
        {
            day.AddPage(visitor, from + (i * 40 * EventClock.Second), $"/backup/{_draw.Below(100000):x5}.bak", 404, TrafficPeople.Agent(1));
        }

        return Attack("slow_scan", visitor, from, 360, 540);
    }

    /// <summary>Somebody who never works at night logs in at three and reads.</summary>
    private TrafficAttack OffHours()
    {
        var user = people.Users[5];
        var from = start + (3 * EventClock.Hour) + (12 * EventClock.Minute);
        return Session("off_hours_login", user, from, 20, null, null, null, 5);
    }

    /// <summary>A login from a country and with a device never seen of that user.</summary>
    private TrafficAttack NewPlace()
    {
        var user = people.Users[11];
        var from = start + ((user.StartHour + 2) * EventClock.Hour);
        return Session("new_country_and_device", user, from, 15, "KP", "192.0.2.77", "curl/8.5.0", 8);
    }

    /// <summary>A user reads fifty times as many records as ever.</summary>
    private TrafficAttack DataTheft()
    {
        var user = people.Users[17];
        var from = start + ((user.StartHour + 3) * EventClock.Hour);
        return Session("data_volume", user, from, 60, null, null, null, (int)(500 * user.Volume));
    }

    /// <summary>Actions in an order in which nobody does them: exports and rights changed over and over, without reading anything between.</summary>
    private TrafficAttack OddSequence()
    {
        var user = people.Users[23];
        var from = start + ((user.StartHour + 1) * EventClock.Hour);
        string[] actions = ["logout", "data_update", "login_success", "logout", "data_update", "logout"];
        for (var i = 0; i < 36; i++)
        {
            day.AddAction(user, from + (i * 7 * EventClock.Second), actions[i % actions.Length]);
        }

        return Attack("odd_sequence", user.Name, from, 5, 36);
    }

    private TrafficAttack Session(string name, TrafficUser user, long from, int reads, string? country, string? address, string? agent, int records)
    {
        day.AddAction(user, from, "login_success", country: country, address: address, agent: agent);
        for (var i = 1; i <= reads; i++)
        {
            day.AddAction(user, from + (i * 20 * EventClock.Second), "data_read", records: records, country: country, address: address, agent: agent, path: "/orders/detail");
        }

        day.AddAction(user, from + ((reads + 1) * 20 * EventClock.Second), "logout", country: country, address: address, agent: agent);
        return new TrafficAttack(name, user.Name, EventClock.ToInstant(from), EventClock.ToInstant(from + ((reads + 1) * 20 * EventClock.Second)), reads + 2);
    }

    private static TrafficAttack Attack(string name, string entity, long from, int minutes, int events) =>
        new(name, entity, EventClock.ToInstant(from), EventClock.ToInstant(from + (minutes * EventClock.Minute)), events);
}
