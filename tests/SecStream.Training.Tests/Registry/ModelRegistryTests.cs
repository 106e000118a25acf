using SecStream.Core.Alerts;
using SecStream.Training.Artefacts;
using SecStream.Training.Registry;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Registry;

public sealed class ModelRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelRegistry _registry;

    public ModelRegistryTests() => _registry = new ModelRegistry(_folder.Path, new ManualClock(DateTimeOffset.UnixEpoch));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void State_NothingTrained_IsEmpty()
    {
        Assert.Null(_registry.State().Champion);
        Assert.Empty(_registry.List());
    }

    [Fact]
    public void Add_Twice_IsOneModelAndOneEntry()
    {
        Assert.Equal(Add(1), Add(1));
        Assert.Single(_registry.List());
        Assert.Single(_registry.State().History);
    }

    [Fact]
    public void Add_DamagedOneIsThere_IsPutRight()
    {
        var id = Add(1);
        File.WriteAllText(_folder.File("models", id, Artefact.ModelFile), "x");
        Assert.NotNull(_registry.List().Single().Fault);
        Add(1);
        Assert.Null(_registry.List().Single().Fault);
    }

    [Fact]
    public void Promote_ThenRollback_GoesBackAndFurtherBack()
    {
        var (a, b, c) = (Add(1), Add(2), Add(3));
        foreach (var id in new[] { a, b, c })
        {
            _registry.Promote(id, "test", forced: false, null);
        }

        Assert.Equal((c, b), (_registry.State().Champion, _registry.State().FormerChampion));
        Assert.False(_registry.State().WasRolledBack(c));
        Assert.Equal(b, _registry.Rollback("test", null).Champion);
        Assert.Equal(a, _registry.Rollback("test", null).Champion);
        Assert.True(_registry.State().WasRolledBack(c));
        Assert.False(_registry.State().WasRolledBack(a));
        Assert.Contains($"before {a}", Assert.Throws<InvalidOperationException>(() => _registry.Rollback("test", null)).Message, StringComparison.Ordinal);
        Assert.Equal(["trained", "trained", "trained", "promoted", "promoted", "promoted", "rolled_back", "rolled_back"], _registry.State().History.Select(e => e.Action));
    }

    [Fact]
    public void Promote_AfterRollback_TheOneRolledBackIsNotTheFormer()
    {
        var (a, b, c) = (Add(1), Add(2), Add(3));
        _registry.Promote(a, "test", false, null);
        _registry.Promote(b, "test", false, null);
        _registry.Rollback("test", null);
        var state = _registry.Promote(c, "test", false, null);
        Assert.Equal(a, state.FormerChampion);
    }

    [Fact]
    public void Promote_TheChampion_IsRefused()
    {
        _registry.Promote(Add(1), "test", false, null);
        Assert.Throws<InvalidOperationException>(() => _registry.Promote(Drafts.Make(1).Id, "test", false, null));
    }

    [Fact]
    public void Promote_ChampionChangedMeanwhile_IsRefused()
    {
        var (a, b, c) = (Add(1), Add(2), Add(3));
        _registry.Promote(a, "test", false, null);
        _registry.Promote(b, "test", false, null);
        Assert.Throws<InvalidOperationException>(() => _registry.Promote(c, "test", false, null, champion: a));
        Assert.Equal(b, _registry.State().Champion);
    }

    [Fact]
    public void Promote_Damaged_ChangesNothing()
    {
        var id = Add(1);
        File.Delete(_folder.File("models", id, Artefact.ModelFile));
        Assert.Throws<InvalidDataException>(() => _registry.Promote(id, "test", false, null));
        Assert.Null(_registry.State().Champion);
    }

    [Fact]
    public void Promote_Challenger_IsChallengerNoLonger()
    {
        var id = Add(1);
        Assert.Equal(ModelRole.Challenger, _registry.Challenge(id, "test").RoleOf(id));
        Assert.Null(_registry.Promote(id, "test", false, null).Challenger);
        Assert.Throws<InvalidOperationException>(() => _registry.Challenge(id, "test"));
    }

    [Fact]
    public void CapChampion_NoChampion_ChangesNothing()
    {
        Add(1);
        Assert.False(_registry.CapChampion(Severity.Medium, "budget", "too many"));
        Assert.Equal((null, 1), (_registry.State().Cap, _registry.State().Revision));
    }

    [Fact]
    public void CapChampion_Again_IsOneEntryAndNeverLoosened()
    {
        var id = Add(1);
        _registry.Promote(id, "test", false, null);
        Assert.True(_registry.CapChampion(Severity.Medium, "budget", "twice as many"));
        Assert.False(_registry.CapChampion(Severity.Medium, "budget", "still"));
        Assert.False(_registry.CapChampion(Severity.High, "budget", "a little"));
        Assert.Equal("medium", _registry.State().Cap);
        Assert.True(_registry.CapChampion(Severity.Low, "budget", "more"));
        Assert.Equal("low", _registry.State().Cap);
        var entry = _registry.State().History.First(e => e.Action == "capped");
        Assert.Equal((id, "budget", "twice as many"), (entry.Model, entry.By, entry.Note));
        Assert.Equal(2, _registry.State().History.Count(e => e.Action == "capped"));
    }

    [Fact]
    public void CapChampion_AnotherChampion_HasNone()
    {
        _registry.Promote(Add(1), "test", false, null);
        _registry.Promote(Add(2), "test", false, null);
        _registry.CapChampion(Severity.Medium, "budget", "too many");
        Assert.Null(_registry.Rollback("test", null).Cap);
        _registry.CapChampion(Severity.Medium, "budget", "too many");
        Assert.Null(_registry.Promote(Add(3), "test", false, null).Cap);
    }

    [Fact]
    public void Prune_Zero_KeepsChampionChallengerAndTheOneBefore()
    {
        string[] ids = [.. Enumerable.Range(1, 6).Select(i => Add(i, Drafts.Day + i))];
        _registry.Promote(ids[0], "test", false, null);
        _registry.Promote(ids[1], "test", false, null);
        _registry.Promote(ids[2], "test", false, null);
        _registry.Challenge(ids[3], "test");
        Assert.Equal([ids[0], ids[4], ids[5]], _registry.Prune(0, "test"));
        Assert.Equal([ids[1], ids[2], ids[3]], _registry.Ids());
        Assert.Equal(ids[1], _registry.State().FormerChampion);
        Assert.Equal(ids[1], _registry.Rollback("test", null).Champion);
        Assert.Throws<InvalidOperationException>(() => _registry.Rollback("test", null));
    }

    [Fact]
    public void Prune_Some_KeepsTheNewest()
    {
        string[] ids = [.. Enumerable.Range(1, 4).Select(i => Add(i, Drafts.Day + i))];
        Assert.Equal(ids[..2], _registry.Prune(2, "test"));
        Assert.Equal(ids[2..], _registry.Ids());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"format\": 99}")]
    [InlineData("{\"champion\": \"../../etc\"}")]
    [InlineData("{\"cap\": \"enormous\"}")]
    [InlineData("{\"cap\": \"2\"}")]
    [InlineData("[]")]
    [InlineData("null")]
    public void State_Damaged_NamesTheFileAndTheMend(string content)
    {
        Directory.CreateDirectory(_registry.Directory);
        File.WriteAllText(_folder.File("models", RegistryFile.Name), content);
        var fault = Assert.Throws<InvalidDataException>(() => _registry.State());
        Assert.Contains(RegistryFile.Name, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promote_ManyAtOnce_NoneIsLost()
    {
        string[] ids = [.. Enumerable.Range(1, 8).Select(i => Add(i))];
        await Task.WhenAll(ids.Select(id => Task.Run(() => new ModelRegistry(_folder.Path, TimeProvider.System).Refuse(id, "test", "because"))));
        Assert.Equal(ids.Order(), _registry.State().History.Where(e => e.Action == "refused").Select(e => e.Model).Order());
        Assert.Equal(16, _registry.State().Revision);
    }

    [Fact]
    public void History_Long_IsBounded()
    {
        var state = new RegistryState();
        for (var i = 0; i < RegistryState.MaxHistory + 5; i++)
        {
            state = state.With(new RegistryEntry(DateTimeOffset.UnixEpoch, "trained", $"{i}", "test"), s => s);
        }

        Assert.Equal(RegistryState.MaxHistory, state.History.Count);
        Assert.Equal(RegistryState.MaxHistory + 5, state.Revision);
    }

    private string Add(int number, long day = Drafts.Day) => _registry.Add(Drafts.Make(number, day), "test");
}
