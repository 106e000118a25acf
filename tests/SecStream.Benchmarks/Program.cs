using SecStream.Benchmarks;

switch (args)
{
    case ["json"]:
        JsonBench.Run();
        return 0;
    case ["elasticsearch"]:
        await ElasticsearchBench.RunAsync();
        return 0;
    case ["profiles", var rules, var users]:
        ProfileBench.Run(rules, 1_500_000, int.Parse(users, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["bulk-server"]:
        await BulkServer.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("usage: SecStream.Benchmarks json | elasticsearch | profiles RULES USERS");
        return 2;
}
