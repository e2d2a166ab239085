using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

/// <summary>Collects what is wrong while a file is read, so that all of it comes at once.</summary>
internal sealed class ProblemList
{
    /// <summary>More than this helps nobody, and a hostile file must not make a report larger than itself.</summary>
    public const int MaxKept = 100;

    private readonly List<(Place Place, FileProblem Problem)> _kept = [];
    private int _dropped;

    public bool HasErrors { get; private set; }

    public void Add(Place place, string code, string message) => Keep(place, code, message, warning: false);

    /// <summary>For messages that cost something to make, such as those with a nearest word.</summary>
    public void Add(Place place, string code, Func<string> message)
    {
        if (_kept.Count < MaxKept) Keep(place, code, message(), warning: false);
        else Drop(warning: false);
    }

    public void Warn(Place place, string code, string message) => Keep(place, code, message, warning: true);

    /// <summary>Everything found, in the order of the files' text.</summary>
    public IReadOnlyList<FileProblem> ToList()
    {
        var list = _kept.OrderBy(k => k.Place.File.Order).ThenBy(k => k.Place.Line).ThenBy(k => k.Place.Column).Select(k => k.Problem).ToList();
        if (_dropped > 0)
            list.Add(new FileProblem(list[^1].File, 0, 0, ProblemCode.TooManyProblems, $"{_dropped} more problems are not shown", IsWarning: !HasErrors));
        return list;
    }

    /// <summary>Throws everything found if any of it is an error.</summary>
    public void ThrowIfErrors()
    {
        if (HasErrors) throw new LabFileException(ToList());
    }

    private void Keep(Place place, string code, string message, bool warning)
    {
        if (_kept.Count >= MaxKept)
        {
            Drop(warning);
            return;
        }

        HasErrors |= !warning;
        _kept.Add((place, new FileProblem(place.File.Shown, place.Line, place.Column, code, message, warning)));
    }

    private void Drop(bool warning)
    {
        HasErrors |= !warning;
        _dropped++;
    }
}
