using System.Numerics;
using SecStream.Models.Vectors;

namespace SecStream.Models.ActionOrder;

/// <summary>
/// How improbable the order of actions is: a variable-order Markov model of a class. Contexts up to the order are blended from short to long, each as much as it is
/// sure of its successors (PPM, Cleary and Witten 1984, with escape method C of Moffat 1990, interpolated as by Witten and Bell 1991): the model of <see
/// cref="SequenceModel.SequenceModelDetector"/>, but its probabilities are worked out once and it learns nothing while judging.
/// <para>Assumption: keys of a class do things in the same orders, and what comes next depends on the last few actions.</para>
/// <para>Cost: one look-up (10 to 20 ns) an action that was seen in its context, one more for each shorter context else. Memory: 12 to 48 bytes a count, at most a
/// million counts.</para>
/// <para>Fails on orders longer than the window keeps (64 actions), on alphabets so large that contexts never recur, and on a class of keys of different trades.</para>
/// <para>Score: the highest mean surprise, in nats, of five actions in a row.</para>
/// </summary>
internal sealed class ActionModel
{
    private const int Run = 5;
    private const ulong Escape = 0xE5CA_9E00_E5CA_9E00;
    private readonly ulong[] _keys;
    private readonly float[] _nats;
    private readonly double _unseen;
    private readonly int _order;

    private ActionModel(ulong[] keys, float[] nats, double unseen, int order) => (_keys, _nats, _unseen, _order) = (keys, nats, unseen, order);

    /// <summary>Bytes of the tables.</summary>
    public long Bytes => 12L * _keys.Length;

    /// <summary>Works out the probabilities, short contexts first; sums in an order that does not depend on how the counts came.</summary>
    public static ActionModel Of(Dictionary<ulong, ActionLearner.Entry> entries, Dictionary<ulong, ActionLearner.Context> contexts, int order)
    {
        var distinct = entries.Values.Count(e => e.Order == 0);
        var unseen = Math.Log(distinct + 1);
        var size = Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * (entries.Count + contexts.Count) + 1)));
        var model = new ActionModel(new ulong[size], new float[size], unseen, order);
        foreach (var (name, context) in contexts.OrderBy(c => c.Key))
        {
            model.Put(ActionLearner.Key(name, Escape), -Math.Log((double)context.Distinct / (context.Total + context.Distinct)));
        }

        foreach (var (key, entry) in entries.OrderBy(e => e.Value.Order).ThenBy(e => e.Key))
        {
            var context = contexts[entry.Context];
            var shorter = entry.Shorter == 0 ? Math.Exp(-unseen) : Math.Exp(-model._nats[model.Find(entry.Shorter)]);
            model.Put(key, -Math.Log((entry.Count + (context.Distinct * shorter)) / ((double)context.Total + context.Distinct)));
        }

        return model;
    }

    /// <summary>The score of a window's actions; 0 without any.</summary>
    public double Score(List<ulong> steps)
    {
        Span<double> recent = stackalloc double[Run];
        Span<ulong> names = stackalloc ulong[_order + 1];
        double sum = 0, most = 0;
        for (var at = 0; at < steps.Count; at++)
        {
            var nats = Nats(steps, at, names);
            sum += nats - recent[at % Run];
            recent[at % Run] = nats;
            most = Math.Max(most, sum);
        }

        return most / Run;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_order);
        writer.Write(_unseen);
        Artefact.Write<ulong>(writer, _keys);
        Artefact.Write<float>(writer, _nats);
    }

    public static ActionModel Load(BinaryReader reader)
    {
        var order = Artefact.ReadCount(reader, 1, 9);
        var unseen = reader.ReadDouble();
        var keys = Artefact.Read<ulong>(reader);
        var nats = Artefact.Read<float>(reader, keys.Length);
        return BitOperations.IsPow2(keys.Length) && keys.Contains(0UL) && double.IsFinite(unseen)
            ? new ActionModel(keys, nats, unseen, order)
            : throw new InvalidDataException("the artefact is damaged: its table of actions has no end");
    }

    private double Nats(List<ulong> steps, int at, Span<ulong> names)
    {
        var escaped = 0.0;
        for (var k = ActionLearner.Name(steps, at, names); k >= 0; k--)
        {
            var seen = Find(ActionLearner.Key(names[k], steps[at]));
            if (seen >= 0)
            {
                return escaped + _nats[seen];
            }

            var context = Find(ActionLearner.Key(names[k], Escape));
            escaped += context >= 0 ? _nats[context] : 0;
        }

        return escaped + _unseen;
    }

    private int Find(ulong key)
    {
        var mask = _keys.Length - 1;
        for (var at = (int)(key >> 20) & mask; ; at = (at + 1) & mask)
        {
            if (_keys[at] == key)
            {
                return at;
            }

            if (_keys[at] == 0)
            {
                return -1;
            }
        }
    }

    private void Put(ulong key, double nats)
    {
        var mask = _keys.Length - 1;
        var at = (int)(key >> 20) & mask;
        while (_keys[at] != 0 && _keys[at] != key)
        {
            at = (at + 1) & mask;
        }

        (_keys[at], _nats[at]) = (key, (float)nats);
    }
}
