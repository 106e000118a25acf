using System.Numerics;
using SecStream.Core.Text;
using SecStream.Models.Vectors;

namespace SecStream.Models.WindowModels;

/// <summary>Numbers of keys, by their hashes, in the order in which they came: an open table of linear probing, at most half full. 16 to 32 bytes a key.</summary>
internal sealed class KeyTable
{
    private readonly List<ulong> _hashes = [];
    private int[] _places = new int[64];

    public int Count => _hashes.Count;

    /// <summary>Hash of a canonical key. 64 bits: two of a million keys share one with a probability of 3 · 10⁻⁸.</summary>
    public static ulong Hash(ReadOnlySpan<byte> key) => StableHash.Compute(key);

    /// <summary>Its number; −1: none.</summary>
    public int Find(ulong hash)
    {
        var mask = _places.Length - 1;
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var number = _places[at] - 1;
            if (number < 0 || _hashes[number] == hash)
            {
                return number;
            }
        }
    }

    /// <summary>Its number, a new one if it has none; −1 when it has none and the table holds as many as it may.</summary>
    public int FindOrAdd(ulong hash, int most)
    {
        var number = Find(hash);
        return number >= 0 || Count >= most ? number : Add(hash);
    }

    public ulong HashOf(int number) => _hashes[number];

    public int Add(ulong hash)
    {
        if (2 * (_hashes.Count + 1) > _places.Length)
        {
            _places = new int[2 * _places.Length];
            for (var i = 0; i < _hashes.Count; i++)
            {
                Place(_hashes[i], i);
            }
        }

        _hashes.Add(hash);
        Place(hash, _hashes.Count - 1);
        return _hashes.Count - 1;
    }

    public void Save(BinaryWriter writer) => Artefact.Write<ulong>(writer, _hashes.ToArray());

    public static KeyTable Load(BinaryReader reader)
    {
        var hashes = Artefact.Read<ulong>(reader);
        var table = new KeyTable();
        table._places = new int[Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * (hashes.Length + 1))))];
        foreach (var hash in hashes)
        {
            table.Add(hash);
        }

        return table;
    }

    private void Place(ulong hash, int number)
    {
        var mask = _places.Length - 1;
        var at = (int)hash & mask;
        while (_places[at] != 0)
        {
            at = (at + 1) & mask;
        }

        _places[at] = number + 1;
    }
}
