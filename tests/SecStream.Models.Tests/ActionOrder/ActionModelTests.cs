using SecStream.Models.ActionOrder;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.ActionOrder;

/// <summary>Surprise of the order of actions.</summary>
public sealed class ActionModelTests
{
    [Fact]
    public void Score_OneActionAfterAnother_ProbabilitiesAddUpToOne()
    {
        var model = Learned(200);
        var sum = 0.0;
        for (ulong action = 0; action < 4; action++)
        {
            // Five times the mean of one action is its surprise; what went before is taken off.
            sum += Math.Exp(-5 * (model.Score([0, 1, action]) - model.Score([0, 1])));
        }

        // One part is kept for actions never seen.
        Assert.InRange(sum, 0.9, 1 + 1e-6);
    }

    [Fact]
    public void Score_UsualOrder_IsLessThanAnyOther()
    {
        var model = Learned(500);
        var usual = model.Score([0, 1, 2, 3, 0, 1, 2, 3]);
        Assert.True(model.Score([0, 1, 2, 3, 3, 2, 1, 0]) > usual + 1);
        Assert.True(model.Score([0, 1, 99, 98, 97, 1, 2, 3]) > model.Score([0, 1, 2, 3, 3, 2, 1, 0]) - 3);
        Assert.Equal(0, model.Score([]));
    }

    [Fact]
    public void Score_StrangeRunAmongUsualActions_CountsAsMuchAsAlone()
    {
        var model = Learned(500);
        var usual = Enumerable.Range(0, 40).Select(i => (ulong)(i % 4)).ToList();
        List<ulong> with = [.. usual[..20], 2, 1, 3, 2, 1, .. usual[20..]];
        Assert.True(model.Score(with) > model.Score([2, 1, 3, 2, 1]) * 0.8);
    }

    [Fact]
    public void Build_WindowsInAnotherOrder_GivesTheSameModel()
    {
        Assert.Equal(Saved(Of(Windows(50))), Saved(Of([.. Enumerable.Reverse(Windows(50))])));
    }

    [Fact]
    public void Load_SavedModel_ScoresTheSame()
    {
        var model = Learned(100);
        var loaded = ActionModel.Load(new BinaryReader(new MemoryStream(Saved(model))));
        Assert.Equal(model.Score([0, 1, 3, 7, 2]), loaded.Score([0, 1, 3, 7, 2]));
    }

    private static ActionModel Learned(int windows) => Of(Windows(windows));

    private static ActionModel Of(List<List<ulong>> windows)
    {
        var learner = new ActionLearner(3);
        windows.ForEach(learner.Learn);
        return learner.Build();
    }

    /// <summary>0 1 2 3 0 1 2 3 …, one in ten another.</summary>
    private static List<List<ulong>> Windows(int count)
    {
        var draw = new Draw(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 20).Select(i => (ulong)(draw.Unit() < 0.1 ? draw.Below(4) : i % 4)).ToList())];
    }

    private static byte[] Saved(ActionModel model)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        model.Save(writer);
        return stream.ToArray();
    }
}
