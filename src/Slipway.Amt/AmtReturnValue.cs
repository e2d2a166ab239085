namespace Slipway.Amt;

/// <summary>The numbers firmware answers methods with (<c>ReturnValue</c>), in words, and what kind of problem each is.</summary>
internal static class AmtReturnValue
{
    public const uint Success = 0;

    private static readonly Dictionary<uint, (AmtProblem Problem, string Words)> Known = new()
    {
        [1] = (AmtProblem.Refused, "not supported, or an internal error of the firmware"),
        [2] = (AmtProblem.Refused, "not possible in the present state"),
        [3] = (AmtProblem.Refused, "timed out or blocked in the firmware"),
        [4] = (AmtProblem.Refused, "failed"),
        [5] = (AmtProblem.Refused, "invalid parameter"),
        [6] = (AmtProblem.Refused, "in use, or not allowed"),
        [0x10] = (AmtProblem.AccessDenied, "not permitted for this account"),
        [0x17] = (AmtProblem.Refused, "a limit of the firmware is reached"),
        [0x23] = (AmtProblem.Refused, "invalid index"),
        [0x24] = (AmtProblem.Refused, "invalid parameter"),
        [0x26] = (AmtProblem.Refused, "too many writes to the flash memory; try again later"),
        [0x400] = (AmtProblem.Refused, "disabled by policy"),
        [0x802] = (AmtProblem.FeatureAbsent, "this boot option is not supported"),
        [0x805] = (AmtProblem.Refused, "invalid handle"),
        [0x806] = (AmtProblem.BadArgument, "the password breaks the firmware's rules"),
        [0x807] = (AmtProblem.Refused, "invalid realm"),
        [0x80A] = (AmtProblem.Refused, "it is there already"),
        [0x812] = (AmtProblem.FeatureAbsent, "not supported"),
        [0x814] = (AmtProblem.Refused, "not found"),
        [0x815] = (AmtProblem.WrongCredentials, "invalid credentials"),
        [0x81B] = (AmtProblem.Refused, "the audit log cannot be written"),
        [0x81C] = (AmtProblem.Refused, "another component blocks it"),
        [0x821] = (AmtProblem.ConsentRequired, "somebody must consent at the machine first"),
        [4096] = (AmtProblem.Refused, "a job was started"),
        [4097] = (AmtProblem.Refused, "not valid from the present state"),
        [4098] = (AmtProblem.Refused, "time-outs are not supported"),
        [4099] = (AmtProblem.Busy, "busy"),
    };

    /// <summary>What a number means, with the number.</summary>
    public static string Words(uint value) => Known.TryGetValue(value, out (AmtProblem, string Words) known) ? $"{known.Words} ({value})" : $"an answer nobody has explained ({value}, 0x{value:X})";

    /// <summary>The exception for a refused method.</summary>
    /// <param name="host">For the message.</param>
    /// <param name="what">What was asked, such as "power off".</param>
    /// <param name="value">Not 0.</param>
    public static AmtException Refusal(string host, string what, uint value)
    {
        AmtProblem problem = Known.TryGetValue(value, out (AmtProblem Problem, string) known) ? known.Problem : AmtProblem.Refused;
        string advice = problem == AmtProblem.ConsentRequired ? $": slipway amt consent start {host}" : "";
        return new AmtException(problem, $"{host}: the firmware refused {what}: {Words(value)}{advice}") { ReturnValue = value };
    }
}
