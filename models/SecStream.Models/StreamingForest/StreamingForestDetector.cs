using SecStream.Models.Vectors;

namespace SecStream.Models.StreamingForest;

/// <summary>
/// Judges rows as they come, without a trained model: half-space trees (Tan, Ting, Liu: "Fast anomaly detection for streaming data", IJCAI 2011). For the cold start: it
/// judges from the second window on. One stream an instance; not thread-safe. Saved, restored and continued it gives the same scores, to the bit.
/// <para>Departs from the paper: masses are a mean over windows that forgets, not the last window alone, so that a burst of attacks is not normal one window later.</para>
/// <para>Assumption: what was rare in the windows so far is strange; the ranges of the first window are roughly those of the stream.</para>
/// <para>Cost: trees × depth steps a row, twice (some 2 µs). Memory: 26 bytes × trees × 2^depth (1.3 MB by default).</para>
/// <para>Fails: an attack that fills many windows becomes normal, and sooner the fewer windows there were before; features whose range grows by far after the first window are no longer told apart up there; equal
/// halves see little in features with heavy tails: take their logarithm first.</para>
/// <para>Score: 1 − mean of log(mass × 2^level) relative to its highest value, 0 to 1; NaN during the first window.</para>
/// </summary>
public sealed class StreamingForestDetector
{
    private const string StateName = "streaming-forest";
    private const int Version = 1;
    private readonly StreamingForestOptions _options;
    private readonly ulong _seed;
    private readonly double[] _first;
    private HalfSpaceTrees? _trees;
    private int _rows;
    private long _windows;

    /// <summary>A detector that knows nothing yet.</summary>
    /// <param name="options">Options.</param>
    /// <param name="featureCount">Values of a row, 1 or more.</param>
    /// <param name="seed">For the trees.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public StreamingForestDetector(StreamingForestOptions options, int featureCount, ulong seed)
    {
        _options = OptionsCheck.Checked(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(featureCount, ushort.MaxValue);
        (FeatureCount, _seed) = (featureCount, seed);
        _first = new double[options.Window * featureCount];
    }

    /// <summary>Values of a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Bytes of state at present.</summary>
    public long StateBytes => (8L * _first.Length) + (_trees?.Bytes ?? 0);

    /// <summary>Judges a row, then learns it.</summary>
    /// <param name="row">The row; all finite.</param>
    /// <returns>How strange it is; <see cref="double.NaN"/> while nothing is known.</returns>
    public double Next(ReadOnlySpan<double> row)
    {
        if (Rows.Check(row, FeatureCount) != 1)
        {
            throw new ArgumentException($"one row has {FeatureCount} values; here {row.Length}", nameof(row));
        }

        var score = double.NaN;
        if (_trees is null)
        {
            row.CopyTo(_first.AsSpan(_rows * FeatureCount));
        }
        else
        {
            score = Judge(_trees, row);
            _trees.Learn(row);
        }

        if (++_rows == _options.Window)
        {
            _rows = 0;
            _trees ??= Begin();
            _windows++;
            _trees.Turn(Math.Max(1f / _windows, (float)_options.AdaptationRate));
        }

        return score;
    }

    /// <summary>What each feature has to do with the score of a row, by the splits after which less than half of the rows were left; shares as of other detectors.</summary>
    /// <param name="row">The row.</param>
    /// <param name="shares">One a feature; all 0 while nothing is known.</param>
    public void Explain(ReadOnlySpan<double> row, Span<double> shares)
    {
        Rows.CheckOne(row, FeatureCount, shares);
        shares.Clear();
        for (var tree = 0; tree < _options.Trees && _trees is not null; tree++)
        {
            var masses = _trees.Masses.AsSpan(tree << (_options.Depth + 1));
            var node = 1;
            for (var level = 0; level < _options.Depth && masses[node] >= _options.LeastMass; level++)
            {
                var below = _trees.Below(tree, node, row);
                shares[_trees.Features[(tree << _options.Depth) + node]] += Math.Log2((masses[node] + 1.0) / (masses[below] + 1.0)) - 1;
                node = below;
            }
        }

        Shares.Normalise(shares);
    }

    /// <summary>Writes the state.</summary>
    public void Save(BinaryWriter writer)
    {
        Artefact.WriteHead(writer, StateName, Version);
        foreach (var value in Shape())
        {
            writer.Write(value);
        }

        writer.Write(_rows);
        writer.Write(_windows);
        writer.Write(_trees is not null);
        if (_trees is null)
        {
            Artefact.Write<double>(writer, _first.AsSpan(0, _rows * FeatureCount));
        }
        else
        {
            _trees.Save(writer);
        }
    }

    /// <summary>Reads a state written by a detector with the same options, features and seed.</summary>
    /// <exception cref="InvalidDataException">It is damaged, of another version, or of other options.</exception>
    public void Restore(BinaryReader reader)
    {
        Artefact.Expect(reader, StateName, Version);
        var (rows, windows, trees, first) = Artefact.Guard(reader, r =>
        {
            foreach (var value in Shape())
            {
                if (r.ReadInt64() != value)
                {
                    throw new InvalidDataException("the state is of a streaming forest with other options, features or seed: begin anew");
                }
            }

            var count = Artefact.ReadCount(r, 0, _options.Window - 1);
            var turned = r.ReadInt64();
            return r.ReadBoolean()
                ? (count, turned, HalfSpaceTrees.Load(r, _options.Trees, _options.Depth, FeatureCount), [])
                : (count, turned, (HalfSpaceTrees?)null, Artefact.Read<double>(r, count * FeatureCount));
        });
        (_rows, _windows, _trees) = (rows, windows, trees);
        first.CopyTo(_first.AsSpan());
    }

    private long[] Shape() =>
    [
        FeatureCount, (long)_seed, _options.Trees, _options.Depth, _options.Window, _options.LeastMass, BitConverter.DoubleToInt64Bits(_options.AdaptationRate),
    ];

    private HalfSpaceTrees Begin()
    {
        var (lows, highs) = (_first[..FeatureCount], _first[..FeatureCount]);
        for (var i = 0; i < _first.Length; i++)
        {
            var f = i % FeatureCount;
            lows[f] = Math.Min(lows[f], _first[i]);
            highs[f] = Math.Max(highs[f], _first[i]);
        }

        for (var f = 0; f < FeatureCount; f++)
        {
            if (lows[f] == highs[f])
            {
                // A feature that was constant so far: a change as large as itself will show.
                var width = Math.Max(Math.Abs(lows[f]) / 2, 0.5);
                (lows[f], highs[f]) = (lows[f] - width, highs[f] + width);
            }
        }

        var trees = new HalfSpaceTrees(_options.Trees, _options.Depth);
        trees.Build(lows, highs, new Draw(_seed));
        for (var i = 0; i < _first.Length; i += FeatureCount)
        {
            trees.Learn(_first.AsSpan(i, FeatureCount));
        }

        return trees;
    }

    private double Judge(HalfSpaceTrees trees, ReadOnlySpan<double> row)
    {
        var sum = 0.0;
        for (var tree = 0; tree < _options.Trees; tree++)
        {
            var masses = trees.Masses.AsSpan(tree << (_options.Depth + 1), 2 << _options.Depth);
            var (node, level) = (1, 0);
            while (level < _options.Depth && masses[node] >= _options.LeastMass)
            {
                node = trees.Below(tree, node, row);
                level++;
            }

            sum += level + Math.Log2(masses[node] + 1);
        }

        var most = _options.Depth + Math.Log2(_options.Window + 1);
        return Math.Max(0, 1 - (sum / (_options.Trees * most)));
    }
}
