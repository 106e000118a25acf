using SecStream.Benchmarks;

switch (args)
{
    case ["json"]:
        JsonBench.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: SecStream.Benchmarks json");
        return 2;
}
