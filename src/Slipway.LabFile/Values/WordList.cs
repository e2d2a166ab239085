using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

/// <summary>The legal words of a key and what they mean, and the words a later version will know.</summary>
internal sealed class WordList<T>(params (string Word, T Meaning)[] words)
    where T : struct
{
    /// <summary>Words that are understood but cannot be served yet.</summary>
    public string[] NotYet { get; init; } = [];

    public T? Read(YamlScalar scalar, string text, string what, Surroundings surroundings)
    {
        foreach (var (word, meaning) in words)
            if (word == text) return meaning;

        if (NotYet.Contains(text))
            surroundings.Problems.Add(
                scalar.Place,
                ProblemCode.NotInThisVersion,
                $"{what}: {text} is not in this version (it knows: {Legal})");
        else
            surroundings.Problems.Add(
                scalar.Place,
                ProblemCode.IllegalWord,
                () => $"{what} cannot be {Quoting.Quote(scalar)}{NearestWord.Hint(scalar.Source, words.Select(w => w.Word), "legal")}");
        return null;
    }

    private string Legal => string.Join(", ", words.Select(w => w.Word));
}
