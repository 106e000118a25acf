using System.Security.Cryptography;

namespace SecStream.Host.Serve;

/// <summary>
/// Which data folder this is. A state may come from another one (a member of the group took this one's place before): what it says of outbox and
/// local files is then of no meaning here.
/// </summary>
internal static class FolderIdentity
{
    private const int Bytes = 8;

    /// <summary>The id in <c>DIR/identity</c>, made when there is none: 16 hexadecimal digits.</summary>
    /// <exception cref="IOException">It can be neither read nor written.</exception>
    public static string Of(string data)
    {
        var path = Path.Combine(data, "identity");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: Bytes * 2 } known && known.All(char.IsAsciiHexDigitLower))
        {
            return known;
        }

        Directory.CreateDirectory(data);
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
        File.WriteAllText(path + ".tmp", made + "\n");
        File.Move(path + ".tmp", path, overwrite: true);
        return made;
    }
}
