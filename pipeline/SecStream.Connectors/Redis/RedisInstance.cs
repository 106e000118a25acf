using System.Security.Cryptography;

namespace SecStream.Connectors.Redis;

/// <summary>
/// Tells one outbox from another in Redis: a place in the outbox of a data folder that is gone means nothing to the next. Kept beside the outbox.
/// </summary>
/// <param name="Id">32 hex digits.</param>
public sealed record RedisInstance(string Id)
{
    private const int IdBytes = 16;

    /// <summary>Reads the id of a data folder, or makes one.</summary>
    /// <param name="folder">Where state is kept: <c>data/state/outbox</c>.</param>
    /// <exception cref="IOException">It can be neither read nor written.</exception>
    public static RedisInstance Open(string folder)
    {
        var file = Path.Combine(folder, "redis.instance");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: IdBytes * 2 } known && known.All(char.IsAsciiHexDigitLower))
        {
            return new RedisInstance(known);
        }

        Directory.CreateDirectory(folder);
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        File.WriteAllText(file + ".tmp", made + "\n");
        File.Move(file + ".tmp", file, overwrite: true);
        return new RedisInstance(made);
    }
}
