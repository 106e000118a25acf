namespace SecStream.Stages.Profiles.Windows;

/// <summary>Windows of all keys of a profile that have one length and end at one time. What is done with windows is done in order of groups, then of keys.</summary>
internal sealed class WindowGroup
{
    private const int MostKept = 64;
    private readonly Stack<int> _gone = new();
    private Member[] _members = new Member[4];

    /// <summary>The profile's number.</summary>
    public int Profile { get; set; }

    /// <summary>The length's place among those of the profile.</summary>
    public int Spec { get; set; }

    /// <summary>End, exclusive, µs.</summary>
    public long End { get; set; }

    /// <summary>The clock has passed the end.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Late events have changed some.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Number of members, those that are gone included.</summary>
    public int Count { get; private set; }

    /// <summary>Members by their numbers.</summary>
    public Span<Member> Members => _members.AsSpan(0, Count);

    /// <summary>Adds a key; its number. The number of one that is gone is given again: where keys are evicted and come again, a long window must not grow by each.</summary>
    public int Add(ProfileEntity entity)
    {
        if (_gone.TryPop(out var number))
        {
            _members[number] = new Member { Entity = entity };
            return number;
        }

        if (Count == _members.Length)
        {
            Array.Resize(ref _members, Count * 2);
        }

        _members[Count] = new Member { Entity = entity };
        return Count++;
    }

    /// <summary>Takes a key out.</summary>
    public void Remove(int number)
    {
        _members[number] = default;
        _gone.Push(number);
    }

    /// <summary>Makes it empty.</summary>
    public void Clear()
    {
        _gone.Clear();
        // One large window must not make every later group as large.
        if (_members.Length > MostKept)
        {
            _members = new Member[4];
        }

        Array.Clear(_members, 0, Math.Min(Count, _members.Length));
        Count = 0;
        IsClosed = IsDirty = false;
    }

    /// <summary>A key's window.</summary>
    public struct Member
    {
        /// <summary>The key; null when it is gone.</summary>
        public ProfileEntity? Entity;

        /// <summary>It was told of.</summary>
        public bool IsTold;

        /// <summary>It has changed since.</summary>
        public bool IsDirty;
    }
}

/// <summary>Order of groups: end, profile, length.</summary>
internal readonly record struct GroupKey(long End, int Profile, int Spec) : IComparable<GroupKey>
{
    public static GroupKey Of(WindowGroup group) => new(group.End, group.Profile, group.Spec);

    public int CompareTo(GroupKey other) =>
        End != other.End ? End.CompareTo(other.End) : Profile != other.Profile ? Profile.CompareTo(other.Profile) : Spec.CompareTo(other.Spec);

    public static bool operator <(GroupKey left, GroupKey right) => left.CompareTo(right) < 0;

    public static bool operator >(GroupKey left, GroupKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(GroupKey left, GroupKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GroupKey left, GroupKey right) => left.CompareTo(right) >= 0;
}
