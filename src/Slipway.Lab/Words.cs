using System.Text.Json;

namespace Slipway.Lab;

/// <summary>Enum members as users write and read them: lower case with dashes, <c>lab-fault</c>. The same in JSON, in tables and on the command line.</summary>
public static class Words
{
    public static string Word<T>(this T member) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString());

    /// <summary>All words of an enum, in its order.</summary>
    public static IReadOnlyList<string> All<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(Word)];

    /// <summary>False when the word names no member.</summary>
    public static bool TryRead<T>(string word, out T member) where T : struct, Enum =>
        Enum.TryParse(word.Replace("-", ""), ignoreCase: true, out member) && member.Word() == word;
}
