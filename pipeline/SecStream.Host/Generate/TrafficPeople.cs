using SecStream.Host.Benchmark;

namespace SecStream.Host.Generate;

/// <summary>Somebody who works: where from, when, with what.</summary>
internal sealed record TrafficUser(string Name, string Address, string Country, string Agent, string? SecondAgent, int StartHour, int WorkHours, double SessionsPerDay, double Volume, bool WorksWeekends);

/// <summary>A program with a key: how often it asks and where.</summary>
internal sealed record TrafficKey(string Id, string Address, string Service, double PerMinute, double NightShare, double ErrorShare, double Milliseconds);

/// <summary>Who takes part, drawn once from a seed: habits stay while days go by.</summary>
internal sealed class TrafficPeople
{
    private static readonly string[] s_countries = ["NL", "DE", "BE", "FR", "GB"];

    private static readonly string[] s_agents =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
    ];

    public TrafficPeople(TrafficOptions options)
    {
        var draw = new Draw(Draw.Mix(options.Seed ^ 0x50454F504C45));
        Users = [.. Enumerable.Range(0, options.Users).Select(i => User(i, draw))];
        Keys = [.. Enumerable.Range(0, options.Keys).Select(i => Key(i, draw))];
        Visitors = [.. Enumerable.Range(0, options.Visitors).Select(i => $"198.18.{i / 250}.{(i % 250) + 1}")];
    }

    public static string[] Services { get; } = ["orders", "payments", "search", "identity"];

    public TrafficUser[] Users { get; }

    public TrafficKey[] Keys { get; }

    public string[] Visitors { get; }

    public static string Agent(int number) => s_agents[number % s_agents.Length];

    private static TrafficUser User(int number, Draw draw)
    {
        // Three people share an office address; the rest work from addresses of their own.
        var address = number % 4 < 3 ? $"198.19.{number / 12}.10" : $"10.20.{number / 250}.{(number % 250) + 1}";
        return new(
            $"user{number + 1:d3}",
            address,
            s_countries[number % 4 < 3 ? number / 12 % s_countries.Length : draw.Below(s_countries.Length)],
            draw.Pick(s_agents),
            draw.Chance(0.4) ? s_agents[3] : null,
            draw.Between(6, 10),
            draw.Between(7, 10),
            1 + (2 * draw.Unit()),
            Math.Exp(draw.Unit() * 2),
            draw.Chance(0.15));
    }

    private static TrafficKey Key(int number, Draw draw) => new(
        $"key-{number + 1:d3}",
        $"198.18.100.{number + 1}",
        Services[draw.Below(Services.Length)],
        0.05 * Math.Exp(draw.Unit() * 3.2),
        0.1 + (0.8 * draw.Unit()),
        0.002 + (0.02 * draw.Unit()),
        20 * Math.Exp(draw.Unit() * 2));
}
