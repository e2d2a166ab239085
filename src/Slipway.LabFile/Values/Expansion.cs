using System.Text;
using Slipway.LabFile.Yaml;

namespace Slipway.LabFile.Values;

/// <summary>Replaces <c>${NAME}</c> by the environment's value; <c>$${</c> stands for <c>${</c>. What it puts in is not looked at again.</summary>
internal static class Expansion
{
    /// <summary>Longest value after replacing; a few variables must not make gigabytes of a small file.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The value; null after a problem was reported.</summary>
    public static string? Expand(YamlScalar scalar, Surroundings surroundings)
    {
        var source = scalar.Source;
        if (scalar.Style == YamlScalarStyle.Flag || !source.Contains("${", StringComparison.Ordinal)) return source;

        var text = new StringBuilder();
        for (var at = 0; at < source.Length;)
        {
            var dollar = source.IndexOf('$', at);
            if (dollar < 0) dollar = source.Length;
            text.Append(source, at, dollar - at);
            var rest = source.AsSpan(dollar);
            if (rest.StartsWith("$${"))
            {
                text.Append("${");
                at = dollar + 3;
            }
            else if (rest.StartsWith("${"))
            {
                var close = rest.IndexOf('}');
                if (close < 0) return Refuse(scalar, surroundings, "'${' has no closing '}'; write '$${' when '${' itself is meant");
                var name = rest[2..close].ToString();
                if (!IsVariableName(name))
                    return Refuse(scalar, surroundings, "between '${' and '}' stands no variable name (letters, digits, _); write "
                        + "'$${' when '${' itself is meant");
                if (surroundings.Environment(name) is not { } value)
                    return Refuse(scalar, surroundings, $"the environment variable {name} is not set; set it, or write "
                        + $"'$${{' when '${{' itself is meant");
                text.Append(value);
                at = dollar + close + 1;
            }
            else if (!rest.IsEmpty)
            {
                text.Append('$');
                at = dollar + 1;
            }
            else
            {
                break;
            }

            if (text.Length > MaxLength) return Refuse(scalar, surroundings, "with its variables replaced, the value is longer than "
                + $"{MaxLength} characters");
        }

        return text.ToString();
    }

    public static bool IsVariableName(string name) =>
        name.Length is > 0 and <= 128 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string? Refuse(YamlScalar scalar, Surroundings surroundings, string message)
    {
        surroundings.Problems.Add(scalar.Place, ProblemCode.BadVariable, message);
        return null;
    }
}
