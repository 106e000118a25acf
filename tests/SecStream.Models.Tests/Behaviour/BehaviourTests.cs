using SecStream.Core.Features;
using SecStream.Models.Behaviour;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.Behaviour;

/// <summary>What keys are known for.</summary>
public sealed class BehaviourTests
{
    private const long Hour = WeekCalendar.Hour;
    private static readonly FeatureSchema Schema = new()
    {
        Profile = "p",
        Version = "v",
        KeyNames = ["k"],
        Windows = [Hour],
        Features = [],
        Categories = [new CategoryDefinition("country", "source.geo.country_iso_code", 1)],
    };

    [Fact]
    public void Surprise_KnownValues_GoesByTheirShare()
    {
        var habits = Learn(21, (_, hour) => hour % 10 == 0 ? "BE" : "NL");
        var (usual, rare, unknown) = (Surprise(habits, "NL"), Surprise(habits, "BE"), Surprise(habits, "RU"));
        Assert.InRange(usual, 0, 0.2);
        Assert.InRange(rare, 1.8, 2.8);
        Assert.True(unknown > rare + 1);
        Assert.Equal("NL, BE", habits.Known(0, 0));
    }

    [Fact]
    public void Surprise_KeyThatMeetsSomethingNewAllTheTime_IsLess()
    {
        var habits = Learn(21, (key, hour) => key == 1 ? $"N{hour}" : "NL");
        Assert.True(habits.Surprise(1, 0, Values("XX"), out _) < habits.Surprise(0, 0, Values("XX"), out _) - 2);
    }

    [Fact]
    public void Surprise_WhatWasUsualTwoWeeksAgo_HasFadedByTheAdaptationRate()
    {
        var habits = Learn(28, (_, hour) => hour < 14 * 24 ? "NL" : "BE");
        // 0.9^14 of the first fortnight is left: 0.23 · 0.77 against 0.77.
        Assert.InRange(Surprise(habits, "NL"), -Math.Log(0.22), -Math.Log(0.12));
        Assert.InRange(Surprise(habits, "BE"), 0, 0.3);
    }

    [Fact]
    public void Surprise_OfSeveralValues_IsThatOfTheMostSurprising()
    {
        var habits = Learn(21, (_, hour) => hour % 10 == 0 ? "BE" : "NL");
        var surprise = habits.Surprise(0, 0, Values("NL", "RU", "BE"), out var worst);
        Assert.Equal(Surprise(habits, "RU"), surprise);
        Assert.Equal(1, worst);
        Assert.Equal(0, habits.Surprise(0, 0, [], out worst));
        Assert.Equal(-1, worst);
    }

    [Fact]
    public void OfHour_ActiveByDay_TheNightIsSurprising()
    {
        var habits = Learn(21, (_, hour) => hour % 24 is >= 8 and < 18 ? "NL" : null);
        Assert.True(habits.OfHour(0, 3) > 2.5);
        Assert.InRange(habits.OfHour(0, 12), 0, 0.3);
        Assert.True(habits.OfHour(0, 18) < habits.OfHour(0, 21));
        Assert.Equal("08:00–18:00", habits.UsualHours(0, 12));
    }

    [Fact]
    public void Load_SavedHabits_SurpriseTheSame()
    {
        var habits = Learn(21, (key, hour) => hour % 10 == 0 ? "BE" : key == 1 ? $"N{hour % 40}" : "NL");
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        habits.Save(writer);
        var loaded = ClassHabits.Load(new BinaryReader(new MemoryStream(stream.ToArray())), 2, 1);
        foreach (var value in new[] { "NL", "BE", "N7", "RU" })
        {
            Assert.Equal(habits.Surprise(1, 0, Values(value), out _), loaded.Surprise(1, 0, Values(value), out _));
        }

        Assert.Equal(habits.Known(0, 0), loaded.Known(0, 0));
    }

    private static double Surprise(ClassHabits habits, string value) => habits.Surprise(0, 0, Values(value), out _);

    private static List<CategoryCount> Values(params string[] texts)
    {
        var values = new List<CategoryCount>();
        foreach (var text in texts)
        {
            var one = new List<CategoryCount>();
            WindowModels.Fleet.Put(one, text);
            values.AddRange(one);
        }

        return values;
    }

    /// <summary>Two keys, a window an hour where there is a value.</summary>
    private static ClassHabits Learn(int days, Func<int, long, string?> value)
    {
        var learner = new BehaviourLearner(Schema, new WeekCalendar(Hour, []), new WindowModelOptions(), 1);
        var vector = FeatureVector.Of(Schema);
        for (var hour = 0L; hour < days * 24; hour++)
        {
            for (var key = 0; key < 2; key++)
            {
                if (value(key, hour) is { } text)
                {
                    (vector.Start, vector.End, vector.Events) = (hour * Hour, (hour + 1) * Hour, 5);
                    WindowModels.Fleet.Put(vector.Categories[0], text);
                    learner.Learn(vector, key);
                }
            }
        }

        return learner.Build(2, days * 24 * Hour);
    }
}
