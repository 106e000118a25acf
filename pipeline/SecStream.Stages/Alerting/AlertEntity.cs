using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Fields;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>Whom or what an alert is about: its primary entity.</summary>
/// <param name="Type"><c>ip</c>, <c>user</c>, <c>host</c>, <c>service</c>, <c>api_key</c>, else the field's first segment; <c>rule</c> for a rule without key.</param>
/// <param name="Name">The field.</param>
/// <param name="Value">Its value in the key.</param>
public readonly record struct AlertEntity(string Type, string Name, string Value)
{
    /// <summary>The primary entity of an alert.</summary>
    public static AlertEntity Of(Alert alert, AlertRule rule)
    {
        if (alert.Key.Length == 0)
        {
            return new("rule", "rule.id", rule.Code);
        }

        var at = Math.Max(0, Array.FindIndex(alert.Key, part => part.Name == rule.PrimaryEntity));
        return OfPart(alert, rule, at);
    }

    /// <summary>
    /// The entity that a part of the key names. A part with alternatives ("user, else address, else host") is named after the first of them in
    /// the alert; which one gave the value follows from who is among the contributors.
    /// </summary>
    internal static AlertEntity OfPart(Alert alert, AlertRule rule, int at)
    {
        var (name, value) = alert.Key[at];
        var fields = rule.Inputs.Length > 0 ? Array.Find(rule.Inputs[0].Key, part => part.Name == name)?.Fields ?? [] : [];
        foreach (var field in fields.Length > 1 ? fields : [])
        {
            var candidate = field < Ecs.Names.Length ? Ecs.Names[field] : name;
            if (MayHaveGiven(alert, TypeOf(candidate), value))
            {
                return TypeOf(candidate) != TypeOf(name) ? new(TypeOf(candidate), candidate, value) : new(TypeOf(name), UserField(alert, fields, name, value), value);
            }
        }

        return new(TypeOf(name), name, value);
    }

    /// <summary>"E-mail, else name": contributors are listed by name where they have one, so a value among them that is no address is a name.</summary>
    private static string UserField(Alert alert, int[] fields, string name, string value) =>
        Array.IndexOf(fields, Ecs.UserName) >= 0 && IsAmong(alert.Users, value) && !value.Contains('@', StringComparison.Ordinal) ? "user.name" : name;

    /// <summary>The type of entity that a field names.</summary>
    public static string TypeOf(string field) => field switch
    {
        "secstream.api_key.id" => "api_key",
        _ when StartsWith(field, "source.") || StartsWith(field, "client.") || StartsWith(field, "destination.") || field == "host.ip" => "ip",
        _ when field.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 => field[..dot],
        _ => field,
    };

    /// <summary>Whether a text is an address that a store will take for one (a network is not).</summary>
    internal static bool IsAddress(string text) =>
        text.Length is > 0 and <= 45 && IpParser.TryParse(Encoding.UTF8.GetBytes(text), out _);

    private static bool MayHaveGiven(Alert alert, string type, string value) => type switch
    {
        "user" => alert.UserCount > 0,
        "ip" => alert.AddressCount > 0,
        "host" => alert.HostCount > 0,
        _ => !IsAmong(alert.Addresses, value) && !IsAmong(alert.Users, value) && !IsAmong(alert.Hosts, value) && !value.EndsWith("/64", StringComparison.Ordinal),
    };

    private static bool IsAmong(ObservedValue[] values, string value) => Array.Exists(values, v => v.Value == value);

    private static bool StartsWith(string field, string prefix) => field.StartsWith(prefix, StringComparison.Ordinal);
}
