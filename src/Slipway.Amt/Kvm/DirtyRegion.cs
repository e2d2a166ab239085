using System.Runtime.InteropServices;

namespace Slipway.Amt.Kvm;

/// <summary>Parts of a screen that changed, as few rectangles as describe them well. Bounded; not for several threads.</summary>
internal sealed class DirtyRegion
{
    /// <summary>More than this are put together: the rectangles' headers and the walk through them would cost more than the pixels.</summary>
    public const int MostRectangles = 32;

    private readonly List<RfbRectangle> _parts = [];

    public bool IsEmpty => _parts.Count == 0;

    public void Add(RfbRectangle changed)
    {
        if (changed.IsEmpty) return;
        // Put together what together is no larger: the lines of a scrolled text, tiles side by side. The larger one may reach others in turn.
        for (int i = 0; i < _parts.Count; i++)
        {
            RfbRectangle both = _parts[i].Around(changed);
            if (both.Area > _parts[i].Area + changed.Area) continue;
            _parts.RemoveAt(i);
            changed = both;
            i = -1;
        }
        _parts.Add(changed);
        if (_parts.Count > MostRectangles) MergeCheapest();
    }

    /// <summary>Takes out what lies in <paramref name="area"/>; what reaches beyond it stays.</summary>
    public IReadOnlyList<RfbRectangle> Take(RfbRectangle area)
    {
        var taken = new List<RfbRectangle>();
        RfbRectangle[] parts = [.. _parts];
        _parts.Clear();
        foreach (RfbRectangle part in parts)
        {
            RfbRectangle inside = part.Intersect(area);
            if (inside.IsEmpty)
            {
                _parts.Add(part);
                continue;
            }
            taken.Add(inside);
            Add(part with { Height = inside.Y - part.Y });
            Add(new RfbRectangle(part.X, inside.Bottom, part.Width, part.Bottom - inside.Bottom));
            Add(new RfbRectangle(part.X, inside.Y, inside.X - part.X, inside.Height));
            Add(new RfbRectangle(inside.Right, inside.Y, part.Right - inside.Right, inside.Height));
        }
        return taken;
    }

    /// <summary>Whether <see cref="Take"/> would find something.</summary>
    public bool Touches(RfbRectangle area)
    {
        foreach (RfbRectangle part in CollectionsMarshal.AsSpan(_parts))
            if (!part.Intersect(area).IsEmpty) return true;
        return false;
    }

    public void Clear() => _parts.Clear();

    private void MergeCheapest()
    {
        (int first, int second, long cheapest) = (0, 1, long.MaxValue);
        for (int i = 0; i < _parts.Count; i++)
            for (int j = i + 1; j < _parts.Count; j++)
            {
                long waste = _parts[i].Around(_parts[j]).Area - _parts[i].Area - _parts[j].Area;
                if (waste < cheapest) (first, second, cheapest) = (i, j, waste);
            }
        _parts[first] = _parts[first].Around(_parts[second]);
        _parts.RemoveAt(second);
    }
}
