using System.Globalization;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Text;
using SecStream.Host.Benchmark;

namespace SecStream.Host.Generate;

/// <summary>The events of one day, in the order of their time.</summary>
internal sealed class TrafficDay(TrafficPeople people, long start, ulong seed)
{
    private static readonly string[] s_pages = ["/", "/orders", "/orders/detail", "/search", "/products", "/products/detail", "/account", "/help", "/cart", "/checkout"];

    private readonly List<(long Time, string Line)> _events = [];
    private readonly Draw _draw = new(Draw.Mix(seed ^ (ulong)start));
    private readonly StringBuilder _text = new();

    /// <summary>What an ordinary day brings.</summary>
    public void AddOrdinary()
    {
        var weekend = EventClock.ToInstant(start).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        foreach (var user in people.Users)
        {
            if (!weekend || user.WorksWeekends)
            {
                AddWork(user);
            }
        }

        foreach (var key in people.Keys)
        {
            AddCalls(key, weekend);
        }

        foreach (var visitor in people.Visitors)
        {
            AddVisits(visitor);
        }
    }

    /// <summary>A call of a program.</summary>
    public void AddCall(TrafficKey key, long time, bool fails, double? milliseconds = null) => Add(
        time,
        $"\"event\":{{\"action\":\"api_request\",\"category\":[\"web\"],\"dataset\":\"api.request\",\"outcome\":\"{(fails ? "failure" : "success")}\",\"duration\":{Nanoseconds(milliseconds ?? key.Milliseconds)}}},\"secstream\":{{\"api_key\":{{\"id\":\"{key.Id}\"}}}},"
        + $"\"source\":{{\"address\":\"{key.Address}\",\"ip\":\"{key.Address}\"}},\"url\":{{\"path\":\"/api/v1/{key.Service}\"}},\"http\":{{\"request\":{{\"method\":\"GET\"}},\"response\":{{\"status_code\":{(fails ? 500 : 200)},\"body\":{{\"bytes\":{200 + _draw.Below(4000)}}}}}}},"
        + $"\"service\":{{\"name\":\"{key.Service}\"}},\"host\":{{\"name\":\"api-{1 + _draw.Below(3)}\"}}");

    /// <summary>Something a person does.</summary>
    public void AddAction(TrafficUser user, long time, string action, string outcome = "success", long records = 0, string? country = null, string? address = null, string? agent = null, string path = "/") => Add(
        time,
        $"\"event\":{{\"action\":\"{action}\",\"category\":[\"{(action.StartsWith("login", StringComparison.Ordinal) || action == "logout" ? "authentication" : "database")}\"],\"dataset\":\"app.audit\",\"outcome\":\"{outcome}\"}},\"user\":{{\"name\":\"{user.Name}\"}},"
        + $"\"source\":{{\"address\":\"{address ?? user.Address}\",\"ip\":\"{address ?? user.Address}\",\"geo\":{{\"country_iso_code\":\"{country ?? user.Country}\"}}}},\"user_agent\":{{\"original\":\"{agent ?? user.Agent}\"}},\"url\":{{\"path\":\"{path}\"}},"
        + $"\"secstream\":{{\"records\":{{\"count\":{records}}}}},\"service\":{{\"name\":\"identity\"}},\"host\":{{\"name\":\"app-{1 + _draw.Below(2)}\"}}");

    /// <summary>A page asked for.</summary>
    public void AddPage(string address, long time, string path, int status, string agent) => Add(
        time,
        $"\"event\":{{\"category\":[\"web\"],\"dataset\":\"nginx.access\",\"outcome\":\"{(status < 400 ? "success" : "failure")}\"}},\"source\":{{\"address\":\"{address}\",\"ip\":\"{address}\"}},\"url\":{{\"path\":\"{path}\",\"original\":\"{path}\"}},"
        + $"\"http\":{{\"request\":{{\"method\":\"GET\"}},\"response\":{{\"status_code\":{status},\"body\":{{\"bytes\":{500 + _draw.Below(20000)}}}}}}},\"user_agent\":{{\"original\":\"{agent}\"}},\"service\":{{\"name\":\"search\"}},\"host\":{{\"name\":\"web-{1 + _draw.Below(3)}\"}}");

    /// <summary>Writes the day's events.</summary>
    public int Write(TextWriter output)
    {
        _events.Sort((a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : string.CompareOrdinal(a.Line, b.Line));
        Span<byte> time = stackalloc byte[40];
        var writer = new ByteWriter();
        foreach (var (at, line) in _events)
        {
            writer.Reset();
            writer.WriteTimestamp(at);
            output.Write("{\"@timestamp\":\"");
            output.Write(Encoding.ASCII.GetString(writer.Written));
            output.Write("\",");
            output.Write(line);
            output.Write("}\n");
        }

        return _events.Count;
    }

    private void Add(long time, string line) => _events.Add((time, line));

    private void AddWork(TrafficUser user)
    {
        var sessions = Poisson(user.SessionsPerDay);
        for (var s = 0; s < sessions; s++)
        {
            var time = start + (long)((user.StartHour + (user.WorkHours * _draw.Unit())) * EventClock.Hour);
            var agent = user.SecondAgent is { } second && _draw.Chance(0.3) ? second : user.Agent;
            if (_draw.Chance(0.08))
            {
                AddAction(user, time, "login_failed", "failure", agent: agent);
                time += Seconds(20);
            }

            AddAction(user, time, "login_success", agent: agent);
            for (var left = 5 + Poisson(20); left > 0; left--)
            {
                time += Seconds(90);
                var isUpdate = _draw.Chance(0.2);
                var records = isUpdate ? 1 : 1 + Poisson(10 * user.Volume);
                AddAction(user, time, isUpdate ? "data_update" : "data_read", records: records, agent: agent, path: s_pages[_draw.Zipf(s_pages.Length, 0.7)]);
            }

            AddAction(user, time + Seconds(60), "logout", agent: agent);
        }
    }

    private void AddCalls(TrafficKey key, bool weekend)
    {
        for (var minute = 0; minute < 1440; minute++)
        {
            var daytime = 0.5 - (0.5 * Math.Cos(2 * Math.PI * (minute - 120) / 1440.0));
            var rate = key.PerMinute * (key.NightShare + ((1 - key.NightShare) * daytime)) * (weekend ? 0.6 : 1);
            for (var left = Poisson(rate); left > 0; left--)
            {
                AddCall(key, start + (long)((minute + _draw.Unit()) * EventClock.Minute), _draw.Chance(key.ErrorShare));
            }
        }
    }

    private void AddVisits(string visitor)
    {
        for (var visits = Poisson(1.5); visits > 0; visits--)
        {
            var time = start + (long)(_draw.Unit() * EventClock.Day * 0.99);
            var agent = TrafficPeople.Agent(_draw.Below(5));
            for (var left = 1 + Poisson(6); left > 0; left--)
            {
                AddPage(visitor, time, s_pages[_draw.Zipf(s_pages.Length, 0.7)], _draw.Chance(0.03) ? 404 : 200, agent);
                time += Seconds(25);
            }
        }
    }

    private long Seconds(double mean) => (long)(-Math.Log(1 - _draw.Unit()) * mean * EventClock.Second) + 1;

    private string Nanoseconds(double milliseconds) => ((long)(milliseconds * (0.5 + _draw.Unit()) * 1e6)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Knuth's method; means here are small.</summary>
    private int Poisson(double mean)
    {
        if (mean > 30)
        {
            // The sum of parts is Poisson again.
            return Poisson(mean / 2) + Poisson(mean - (mean / 2));
        }

        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = _draw.Unit(); product > limit; product *= _draw.Unit())
        {
            count++;
        }

        return count;
    }
}
