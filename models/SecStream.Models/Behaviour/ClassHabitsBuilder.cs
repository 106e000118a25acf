using SecStream.Models.WindowModels;

namespace SecStream.Models.Behaviour;

/// <summary>Packs what was gathered of keys into the flat arrays of <see cref="ClassHabits"/>.</summary>
internal static class ClassHabitsBuilder
{
    private const int MostValues = 24;
    private const double LeastShare = 0.003;
    private const double LeastClassShare = 1e-4;

    public static ClassHabits Build(
        List<KeyHabits> keys, int own, double[] classNovelty, Dictionary<ulong, long>[] classValues, long[] classWindows,
        double[] classHours, Dictionary<ulong, string> texts, bool hasHours)
    {
        var categories = classNovelty.Length;
        var (hashes, shares, starts) = (new List<uint>(), new List<ushort>(), new List<int> { 0 });
        var novelty = new float[own * categories];
        var tops = new int[own * categories * ClassHabits.TopTexts];
        var (packed, numbers) = (new List<string>(), new Dictionary<ulong, int>());
        Array.Fill(tops, -1);
        for (var at = 0; at < own * categories; at++)
        {
            var (habits, c) = (keys[at / categories], at % categories);
            novelty[at] = (float)BehaviourSurprise.Novelty(habits.News[c], habits.Windows[c], classNovelty[c]);
            foreach (var (hash, share) in Values(habits, c))
            {
                var rank = shares.Count - starts[at];
                if (rank < ClassHabits.TopTexts && share >= 0.05 && texts.TryGetValue(hash, out var text))
                {
                    tops[(at * ClassHabits.TopTexts) + rank] = Number(hash, text, packed, numbers);
                }

                hashes.Add((uint)hash);
                shares.Add((ushort)Math.Clamp(Math.Round(share * 65_535), 1, 65_535));
            }

            starts.Add(hashes.Count);
        }

        var ofClass = classValues.Select((values, c) => values.Where(v => v.Value >= LeastClassShare * classWindows[c]).OrderBy(v => v.Key).ToArray()).ToArray();
        return new ClassHabits(new ClassHabits.Data
        {
            Categories = categories,
            Hours = hasHours ? Hours(keys, own, classHours) : [],
            Novelty = novelty,
            Starts = [.. starts],
            Hashes = [.. hashes],
            Shares = [.. shares],
            Tops = tops,
            Texts = [.. packed],
            ClassHashes = [.. ofClass.Select(values => values.Select(v => v.Key).ToArray())],
            ClassShares = [.. ofClass.Select((values, c) => values.Select(v => (float)(v.Value / (double)Math.Max(classWindows[c], 1))).ToArray())],
        });
    }

    private static IEnumerable<(ulong Hash, double Share)> Values(KeyHabits habits, int category) =>
        Enumerable.Range(0, habits.Held(category))
            .Select(i => (Hash: habits.Hashes[category][i], Share: habits.Weights[category][i] / (double)habits.Windows[category]))
            .Where(v => v.Share >= LeastShare)
            .OrderByDescending(v => v.Share).ThenBy(v => v.Hash)
            .Take(MostValues);

    private static int Number(ulong hash, string text, List<string> packed, Dictionary<ulong, int> numbers)
    {
        if (!numbers.TryGetValue(hash, out var number))
        {
            number = packed.Count;
            numbers.Add(hash, number);
            packed.Add(text);
        }

        return number;
    }

    private static byte[] Hours(List<KeyHabits> keys, int own, double[] classHours)
    {
        var hours = new byte[own * WeekCalendar.CoarseSlots];
        for (var key = 0; key < own; key++)
        {
            for (var slot = 0; slot < WeekCalendar.CoarseSlots; slot++)
            {
                var kind = slot / 24;
                var active = keys[key].Active;
                var beside = (active[(kind * 24) + ((slot + 1) % 24)] + active[(kind * 24) + ((slot + 23) % 24)]) / 2;
                var surprise = BehaviourSurprise.OfHour(active[slot], beside, keys[key].Days[kind], classHours[slot]);
                hours[(key * WeekCalendar.CoarseSlots) + slot] = (byte)Math.Clamp(Math.Round(surprise * ClassHabits.HourSteps), 0, 255);
            }
        }

        return hours;
    }
}
