using SecStream.Host.Serve.Group;
using Xunit;

namespace SecStream.Host.Tests.Serve.Group;

public sealed class AlertTopicMarksTests
{
    [Fact]
    public void Best_NothingNoted_IsNull() => Assert.Null(new AlertTopicMarks().Best(100, 100));

    [Theory]
    [InlineData(5, 100, null)]
    [InlineData(10, 100, 1L)]
    [InlineData(29, 100, 2L)]
    [InlineData(100, 15, 1L)]
    [InlineData(100, 100, 3L)]
    public void Best_IsTheNewestThatSinksAndSnapshotHave(long delivered, long snapshot, long? expected)
    {
        var marks = Three();

        Assert.Equal(expected, marks.Best(delivered, snapshot)?[0]);
    }

    [Fact]
    public void Best_SinkAwayForLong_KeepsTheMarkItHadComeTo()
    {
        var marks = Three();
        for (var i = 4; i < 1000; i++)
        {
            marks.Note(i * 10, Ends(i));
            Assert.Equal(1, marks.Best(12, i * 10)![0]);
        }

        Assert.Equal(999, marks.Best(9_990, 9_990)![0]);
    }

    private static AlertTopicMarks Three()
    {
        var marks = new AlertTopicMarks();
        marks.Note(10, Ends(1));
        marks.Note(20, Ends(2));
        marks.Note(30, Ends(3));
        return marks;
    }

    private static Dictionary<int, long> Ends(long end) => new() { [0] = end };
}
