using SecStream.Models.Vectors;

namespace SecStream.Models.WindowModels;

/// <summary>A fair sample of a stream of unknown length (Vitter's algorithm R, 1985). The same stream and seed give the same sample.</summary>
internal sealed class Reservoir<T>(int most, ulong seed)
{
    private readonly Draw _draw = new(seed);
    private long _seen;

    public List<T> Items { get; } = [];

    /// <summary>Where the next item belongs; −1: it is not drawn, and need not be made.</summary>
    public int Offer()
    {
        _seen++;
        if (Items.Count < most)
        {
            return Items.Count;
        }

        var at = (long)(_draw.Unit() * _seen);
        return at < most ? (int)at : -1;
    }

    public void Put(int place, T item)
    {
        if (place == Items.Count)
        {
            Items.Add(item);
        }
        else
        {
            Items[place] = item;
        }
    }
}
