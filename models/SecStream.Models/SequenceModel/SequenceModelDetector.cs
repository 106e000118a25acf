using SecStream.Models.Series;

namespace SecStream.Models.SequenceModel;

/// <summary>
/// Surprise of a symbol after the symbols before it, in bits: −log2 of its probability in a variable-order Markov model. Counts of contexts up to
/// <see cref="SequenceModelOptions.MaxOrder"/> symbols are blended from short to long, each as much as it is sure of its successors (PPM, Cleary and Witten 1984,
/// with escape method C of Moffat 1990, interpolated as by Witten and Bell 1991). Values are symbol ids, whole numbers from 0 to 2 147 483 646. Assumes that what
/// comes next depends on the last few symbols. O(order) a symbol, amortised. 24 to 48 bytes a count, at most <see cref="SequenceModelOptions.MaxEntryCount"/> of
/// them. Fails on long-range structure and on alphabets so large that contexts never recur; one symbol of many possible ones is surprising without being strange:
/// judge the mean over a session.
/// </summary>
public sealed class SequenceModelDetector : ISeriesDetector
{
    private const uint Mark = 0x5145_5342;
    private const byte Version = 1;
    private const ulong Total = 0xFFFF_FFFF;
    private const ulong Distinct = 0xFFFF_FFFE;
    private readonly SequenceModelOptions _options;
    private readonly CountTable _counts;
    private readonly int[] _last;
    private readonly ulong[] _contexts;
    private int _learned;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SequenceModelDetector(SequenceModelOptions options)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
        _counts = new CountTable(options.MaxEntryCount);
        _last = new int[options.MaxOrder];
        _contexts = new ulong[options.MaxOrder + 1];
    }

    /// <inheritdoc/>
    public long StateBytes => _counts.StateBytes + (12L * _contexts.Length) + 48;

    /// <inheritdoc/>
    /// <remarks>A value that is no symbol id is judged <see cref="double.NaN"/> and not learned.</remarks>
    public double Next(long time, double value)
    {
        if (!(value >= 0 && value < int.MaxValue && value == Math.Floor(value)))
        {
            return double.NaN;
        }

        var symbol = (int)value;
        NameContexts();
        var bits = -Math.Log2(Probability(symbol));
        Learn(symbol);
        return _learned <= _options.LearningCount ? double.NaN : Math.Max(bits, 0);
    }

    /// <summary>Starts a new sequence: what was learned stays, the last symbols are forgotten.</summary>
    public void StartSequence() => Array.Fill(_last, -1, 0, Math.Min(_learned, _last.Length));

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        StateFormat.WriteHeader(writer, Mark, Version);
        writer.Write(_learned);
        foreach (var symbol in _last)
        {
            writer.Write(symbol);
        }

        _counts.Save(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        StateFormat.ReadHeader(reader, Mark, Version, "sequence");
        _learned = StateFormat.ReadCount(reader, int.MaxValue);
        for (var i = 0; i < _last.Length; i++)
        {
            _last[i] = reader.ReadInt32();
        }

        _counts.Restore(reader);
    }

    private static ulong Mix(ulong value)
    {
        // Finaliser of MurmurHash3 (Appleby): every bit of the input reaches every bit of the key.
        value = (value ^ (value >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        value = (value ^ (value >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return value ^ (value >> 33);
    }

    private static ulong Key(ulong context, ulong symbol)
    {
        var key = Mix(context ^ (symbol * 0x9E37_79B9_7F4A_7C15));
        return key == 0 ? 1 : key;
    }

    private void NameContexts()
    {
        var context = 1UL;
        _contexts[0] = context;
        for (var order = 1; order <= _options.MaxOrder; order++)
        {
            context = Mix(context + (uint)_last[order - 1] + 1);
            _contexts[order] = context;
        }
    }

    private double Probability(int symbol)
    {
        var distinct = _counts.Get(Key(_contexts[0], Distinct));
        var probability = 1.0 / (distinct + 1);
        var reach = Math.Min(_learned, _options.MaxOrder);
        for (var order = 0; order <= reach; order++)
        {
            var total = _counts.Get(Key(_contexts[order], Total));
            if (total == 0)
            {
                break;
            }

            var successors = Math.Max(_counts.Get(Key(_contexts[order], Distinct)), 1);
            var seen = Math.Min(_counts.Get(Key(_contexts[order], (uint)symbol)), total);
            probability = (seen + (successors * probability)) / ((double)total + successors);
        }

        return probability;
    }

    private void Learn(int symbol)
    {
        var reach = Math.Min(_learned, _options.MaxOrder);
        for (var order = 0; order <= reach; order++)
        {
            var key = Key(_contexts[order], (uint)symbol);
            if (_counts.Get(key) == 0)
            {
                _counts.Increment(Key(_contexts[order], Distinct));
            }

            _counts.Increment(Key(_contexts[order], Total));
            _counts.Increment(key);
        }

        for (var i = _last.Length - 1; i > 0; i--)
        {
            _last[i] = _last[i - 1];
        }

        if (_last.Length > 0)
        {
            _last[0] = symbol;
        }

        _learned = _learned == int.MaxValue ? _learned : _learned + 1;
    }
}
