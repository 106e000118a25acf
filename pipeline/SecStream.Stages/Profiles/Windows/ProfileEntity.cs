using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>A window under way that a key is a member of.</summary>
internal readonly record struct WindowRef(WindowGroup Group, int Member);

/// <summary>A key of a profile.</summary>
internal sealed class ProfileEntity(int specs)
{
    /// <summary>Bytes of the entity, its key and its windows, about.</summary>
    public const int BaseBytes = 200;

    public byte[] Key { get; set; } = [];

    public ulong Hash { get; set; }

    public int Profile { get; set; }

    public ProfileEntity? NextInBucket { get; set; }

    /// <summary>Panes, the newest first.</summary>
    public Pane? Newest { get; set; }

    /// <summary>For each length the blocks of panes that nothing can change any more, the newest first.</summary>
    public Pane?[] Blocks { get; } = new Pane?[specs];

    /// <summary>Time of its latest event.</summary>
    public long LastTime { get; set; }

    /// <summary>Place in the list of what has changed, from 1; 0: it has not.</summary>
    public int ChangedAt { get; set; }

    /// <summary>The last snapshot has it.</summary>
    public bool IsPersisted { get; set; }

    public WindowRef[] Windows { get; private set; } = new WindowRef[4];

    public int WindowCount { get; private set; }

    /// <summary>Notes a window it is a member of.</summary>
    public void Add(in WindowRef window)
    {
        if (WindowCount == Windows.Length)
        {
            var larger = Windows;
            Array.Resize(ref larger, WindowCount * 2);
            Windows = larger;
        }

        Windows[WindowCount++] = window;
    }

    /// <summary>Forgets a window.</summary>
    public void Remove(WindowGroup group)
    {
        for (var i = 0; i < WindowCount; i++)
        {
            if (Windows[i].Group == group)
            {
                Windows[i] = Windows[--WindowCount];
                Windows[WindowCount] = default;
                return;
            }
        }
    }

    /// <summary>Forgets all windows.</summary>
    public void Clear()
    {
        Array.Clear(Windows, 0, WindowCount);
        WindowCount = 0;
        NextInBucket = null;
        LastTime = long.MinValue;
        ChangedAt = 0;
        IsPersisted = false;
    }
}
