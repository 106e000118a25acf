using SecStream.Core.Alerts;

namespace SecStream.Stages.Enrichment.Entities;

/// <summary>What the operator says about a user. Immutable.</summary>
/// <param name="Name">Account name.</param>
/// <param name="Email">E-mail address, or null.</param>
/// <param name="Role">Role, or null.</param>
/// <param name="IsAdmin">An administrator account.</param>
/// <param name="HomeCountry">ISO 3166-1 code of the country the user works from, or null.</param>
public sealed record UserContext(string Name, string? Email, string? Role, bool IsAdmin, string? HomeCountry);

/// <summary>What the operator says about a host. Immutable.</summary>
/// <param name="Host">Host name.</param>
/// <param name="Criticality">How much depends on it.</param>
public sealed record AssetContext(string Host, Severity Criticality);

/// <summary>
/// Users and assets the operator knows more about (<see cref="EntityContextParser"/> reads them). Accounts root, admin and administrator count
/// as administrators unless the file says otherwise of that account. Names compare without case. Immutable, thread-safe.
/// </summary>
public sealed class EntityContext
{
    private static readonly string[] DefaultAdmins = ["root", "admin", "administrator"];

    private readonly Utf8NameTable<UserContext> _users;
    private readonly Utf8NameTable<AssetContext> _assets;

    /// <summary>Makes a context.</summary>
    /// <param name="users">Users; of equal names the first counts.</param>
    /// <param name="assets">Assets; of equal hosts the first counts.</param>
    /// <param name="version">Content hash of the file.</param>
    public EntityContext(IReadOnlyList<UserContext> users, IReadOnlyList<AssetContext> assets, string version)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(assets);
        Users = users;
        Assets = assets;
        Version = version;
        var defaults = DefaultAdmins.Select(name => new UserContext(name, null, null, IsAdmin: true, null));
        _users = new Utf8NameTable<UserContext>(
        [
            .. users.Select(u => (u.Name, u)),
            .. users.Where(u => u.Email is not null).Select(u => (u.Email!, u)),
            .. defaults.Select(u => (u.Name, u)),
        ]);
        _assets = new Utf8NameTable<AssetContext>(assets.Select(a => (a.Host, a)));
    }

    /// <summary>Only the default administrators.</summary>
    public static EntityContext Default { get; } = new([], [], ContentHash.Of([]));

    /// <summary>Users of the file.</summary>
    public IReadOnlyList<UserContext> Users { get; }

    /// <summary>Assets of the file.</summary>
    public IReadOnlyList<AssetContext> Assets { get; }

    /// <summary>Content hash of the file.</summary>
    public string Version { get; }

    /// <summary>The user of an account name or e-mail address (UTF-8), or null. Allocates nothing.</summary>
    public UserContext? FindUser(ReadOnlySpan<byte> nameOrEmail) => _users.Find(nameOrEmail);

    /// <summary>The asset of a host name (UTF-8), or null. Allocates nothing.</summary>
    public AssetContext? FindAsset(ReadOnlySpan<byte> host) => _assets.Find(host);

    /// <summary>Whether an account name or e-mail address belongs to an administrator. Allocates nothing.</summary>
    public bool IsAdmin(ReadOnlySpan<byte> nameOrEmail) => _users.Find(nameOrEmail) is { IsAdmin: true };
}
