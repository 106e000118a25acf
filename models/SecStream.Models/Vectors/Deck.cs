namespace SecStream.Models.Vectors;

/// <summary>
/// Numbers in [0, count) drawn like cards: none comes a second time before all have come once. What is drawn over many trees is then spread evenly, and a forest of the
/// same size is steadier than one of independent draws.
/// </summary>
internal sealed class Deck
{
    private readonly int[] _cards;
    private int _at;

    public Deck(int count)
    {
        _cards = new int[count];
        for (var i = 0; i < count; i++)
        {
            _cards[i] = i;
        }
    }

    /// <summary>Draws a card that fits; −1 when none of all does. Cards that do not fit stay in the deck.</summary>
    public int Next(Draw draw, Func<int, bool> fits)
    {
        var first = _at == _cards.Length ? 0 : _at;
        var card = Find(first, _cards.Length, draw, fits);
        if (card < 0 && first > 0)
        {
            // Only cards that were drawn before are left; one of them comes again, out of its turn.
            var again = Find(0, first, draw, fits);
            return again < 0 ? -1 : _cards[again];
        }

        if (card < 0)
        {
            return -1;
        }

        (_cards[first], _cards[card]) = (_cards[card], _cards[first]);
        _at = first + 1;
        return _cards[first];
    }

    /// <summary>Draws several that are all different.</summary>
    public void Take(Draw draw, Span<int> hand)
    {
        if (_cards.Length - _at < hand.Length)
        {
            _at = 0;
        }

        foreach (ref var card in hand)
        {
            var pick = _at + draw.Below(_cards.Length - _at);
            (_cards[_at], _cards[pick]) = (_cards[pick], _cards[_at]);
            card = _cards[_at++];
        }
    }

    /// <summary>The place of a fitting card in a part of the deck, in random order.</summary>
    private int Find(int from, int to, Draw draw, Func<int, bool> fits)
    {
        for (var at = from; at < to; at++)
        {
            // The part is shuffled as far as it is looked at.
            var pick = at + draw.Below(to - at);
            (_cards[at], _cards[pick]) = (_cards[pick], _cards[at]);
            if (fits(_cards[at]))
            {
                return at;
            }
        }

        return -1;
    }
}
