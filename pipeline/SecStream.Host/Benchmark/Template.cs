using System.Text;

namespace SecStream.Host.Benchmark;

/// <summary>What a template leaves open.</summary>
internal enum Slot
{
    None,
    Time,
    NestedId,
    FlatId,
    Ip,
    Port,
    User,
    UserId,
    Host,
    Service,
    Url,
    Agent,
    Status,
    Bytes,
    Method,
    Hex,
    Number,
    Inner,
    Key,
    Action,
    Outcome,
    Command,
    Text,
}

/// <summary>A text with places named <c>$slot$</c>, cut apart once.</summary>
internal sealed class Template
{
    private readonly List<(byte[] Literal, Slot Slot)> _parts = [];

    public Template(string text)
    {
        var pieces = text.Split('$');
        for (var i = 0; i < pieces.Length; i += 2)
        {
            _parts.Add((Encoding.UTF8.GetBytes(pieces[i]), i + 1 < pieces.Length ? Enum.Parse<Slot>(pieces[i + 1]) : Slot.None));
        }
    }

    /// <summary>Literals, each followed by what fills the place after it.</summary>
    public IReadOnlyList<(byte[] Literal, Slot Slot)> Parts => _parts;
}
