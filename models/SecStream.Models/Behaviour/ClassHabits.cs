using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Behaviour;

/// <summary>
/// What keys are known for: values of each category (countries, devices, networks, endpoints) with the share of windows that have them, and the slots of the week
/// they are active in. A value surprises by its share; one that is not known by how seldom the key meets new ones (drawn to the class by 20 windows' worth; the
/// escape of Witten and Bell, 1991) and how rare the value is in the class. What was seen fades by the adaptation rate, a tenth a day.
/// <para>Assumption: what a key did in the last weeks says what it will do.</para>
/// <para>Cost: some 10 ns a value. Memory: 48 bytes for hours, 20 to 160 bytes a category and key.</para>
/// <para>Fails for keys that meet something new all the time (then nothing surprises), for what became known while an attack was learned from, and where more than
/// 24 values are regular. Immutable.</para>
/// </summary>
internal sealed class ClassHabits(ClassHabits.Data data)
{
    public const int TopTexts = 3;
    public const double HourSteps = 16;
    private const double UsualHour = 1.2;

    /// <summary>Everything that was learned, as flat arrays.</summary>
    internal sealed record Data
    {
        /// <summary>Categories of the schema.</summary>
        public required int Categories { get; init; }

        /// <summary>[key, coarse slot]: surprise of activity, in sixteenths of a nat; empty where windows have no hour.</summary>
        public required byte[] Hours { get; init; }

        /// <summary>[key, category].</summary>
        public required float[] Novelty { get; init; }

        /// <summary>[key, category]: where its values begin; one more at the end.</summary>
        public required int[] Starts { get; init; }

        /// <summary>Lower halves of hashes, the most frequent of a key first.</summary>
        public required uint[] Hashes { get; init; }

        /// <summary>Shares of windows, of 65 535.</summary>
        public required ushort[] Shares { get; init; }

        /// <summary>[key, category, 3]: numbers of the texts of the most frequent; −1: none.</summary>
        public required int[] Tops { get; init; }

        /// <summary>Texts.</summary>
        public required string[] Texts { get; init; }

        /// <summary>[category]: hashes of values of the class, ascending.</summary>
        public required ulong[][] ClassHashes { get; init; }

        /// <summary>[category]: shares of windows that have them.</summary>
        public required float[][] ClassShares { get; init; }
    }

    /// <summary>Bytes for keys.</summary>
    public long KeyBytes => data.Hours.Length + (4L * (data.Novelty.Length + data.Starts.Length + data.Hashes.Length + data.Tops.Length)) + (2L * data.Shares.Length)
        + data.Texts.Sum(t => 24L + (2 * t.Length));

    /// <summary>Surprise of the values of a window: that of the most surprising one.</summary>
    /// <param name="key">Number of the key.</param>
    /// <param name="category">Category.</param>
    /// <param name="values">Values.</param>
    /// <param name="worst">Which one; −1: there are none.</param>
    public double Surprise(int key, int category, List<CategoryCount> values, out int worst)
    {
        var at = (key * data.Categories) + category;
        var known = data.Hashes.AsSpan(data.Starts[at], data.Starts[at + 1] - data.Starts[at]);
        double novelty = data.Novelty[at];
        var most = -1.0;
        worst = -1;
        for (var i = 0; i < values.Count; i++)
        {
            var place = known.IndexOf((uint)values[i].Hash);
            var surprise = place >= 0
                ? BehaviourSurprise.OfKnown(data.Shares[data.Starts[at] + place] / 65_535.0, novelty)
                : BehaviourSurprise.OfNew(novelty, ClassShare(category, values[i].Hash));
            if (surprise > most)
            {
                (most, worst) = (surprise, i);
            }
        }

        return Math.Max(most, 0);
    }

    /// <summary>Surprise of activity in a coarse slot.</summary>
    public double OfHour(int key, int coarse) => data.Hours.Length == 0 ? 0 : data.Hours[(key * WeekCalendar.CoarseSlots) + coarse] / HourSteps;

    /// <summary>What a key is known for, most frequent first: "NL, BE".</summary>
    public string Known(int key, int category)
    {
        var at = ((key * data.Categories) + category) * TopTexts;
        return string.Join(", ", data.Tops[at..(at + TopTexts)].Where(t => t >= 0).Select(t => data.Texts[t]));
    }

    /// <summary>The hours a key is usually active in on such a day: "07:00–18:00"; empty: none.</summary>
    public string UsualHours(int key, int coarse)
    {
        var day = coarse / 24 * 24;
        var runs = new List<string>();
        for (var hour = 0; hour < 24; hour++)
        {
            var from = hour;
            while (hour < 24 && OfHour(key, day + hour) < UsualHour)
            {
                hour++;
            }

            if (hour > from)
            {
                runs.Add($"{from:00}:00–{hour:00}:00");
            }
        }

        return string.Join(", ", runs);
    }

    public void Save(BinaryWriter writer)
    {
        Artefact.Write<byte>(writer, data.Hours);
        Artefact.Write<float>(writer, data.Novelty);
        Artefact.Write<int>(writer, data.Starts);
        Artefact.Write<uint>(writer, data.Hashes);
        Artefact.Write<ushort>(writer, data.Shares);
        Artefact.Write<int>(writer, data.Tops);
        writer.Write(data.Texts.Length);
        foreach (var text in data.Texts)
        {
            writer.Write(text);
        }

        for (var c = 0; c < data.Categories; c++)
        {
            Artefact.Write<ulong>(writer, data.ClassHashes[c]);
            Artefact.Write<float>(writer, data.ClassShares[c]);
        }
    }

    public static ClassHabits Load(BinaryReader reader, int keys, int categories)
    {
        var hours = Artefact.Read<byte>(reader);
        var novelty = Artefact.Read<float>(reader, keys * categories);
        var starts = Artefact.Read<int>(reader, (keys * categories) + 1);
        var hashes = Artefact.Read<uint>(reader, starts[^1]);
        var shares = Artefact.Read<ushort>(reader, hashes.Length);
        var tops = Artefact.Read<int>(reader, keys * categories * TopTexts);
        var texts = new string[Artefact.ReadCount(reader, 0, 1 << 24)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        var (classHashes, classShares) = (new ulong[categories][], new float[categories][]);
        for (var c = 0; c < categories; c++)
        {
            classHashes[c] = Artefact.Read<ulong>(reader);
            classShares[c] = Artefact.Read<float>(reader, classHashes[c].Length);
        }

        var inOrder = starts[0] == 0 && starts.Zip(starts.Skip(1)).All(pair => pair.First <= pair.Second);
        return inOrder && tops.All(t => t >= -1 && t < texts.Length) && (hours.Length == 0 || hours.Length == keys * WeekCalendar.CoarseSlots)
            ? new ClassHabits(new Data
            {
                Categories = categories,
                Hours = hours,
                Novelty = novelty,
                Starts = starts,
                Hashes = hashes,
                Shares = shares,
                Tops = tops,
                Texts = texts,
                ClassHashes = classHashes,
                ClassShares = classShares,
            })
            : throw new InvalidDataException("the artefact is damaged: values of keys are out of order");
    }

    private double ClassShare(int category, ulong hash)
    {
        var at = Array.BinarySearch(data.ClassHashes[category], hash);
        return at >= 0 ? data.ClassShares[category][at] : 0;
    }
}
