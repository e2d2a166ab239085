using System.Diagnostics;
using Slipway.InteropTests.Boots;
using Slipway.InteropTests.Network;

namespace Slipway.InteropTests.Shells;

/// <summary>The completion scripts in the shells they are for, with the sample lab.</summary>
public sealed class CompletionTests
{
    [BootFact]
    public void Bash_completes_machines()
    {
        string output = Say("bash", "bash", "-c", """
            source <(slipway completion bash)
            COMP_WORDS=(slipway power on b); COMP_CWORD=3; _slipway; printf '%s\n' "${COMPREPLY[@]}"
            """);

        Assert.Equal(["big", "bios"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [BootFact]
    public void Fish_completes_verbs_and_images()
    {
        string output = Say("fish", "fish", "-c", """
            slipway completion fish | source
            complete -C 'slipway ru'; complete -C 'slipway run --image multi'
            """);

        Assert.Equal(["multiboot1", "multiboot2", "run", "runs"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    // The line editor of zsh completes only on a terminal: zpty gives it one, the tab key is typed, and what the line has become is waited for.
    [BootFact]
    public void Zsh_completes_machines()
    {
        string output = Say("zsh", "zsh", "-f", "-c", """
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z 'autoload -Uz compinit; compinit -D -u; source <(slipway completion zsh); echo RE""ADY'
            zpty -r z seen '*READY*' || exit 1
            zpty -w -n z $'slipway power on ue\t'
            zpty -r z seen '*power on uefi*' && print completed
            zpty -d z
            """);

        Assert.Contains("completed", output, StringComparison.Ordinal);
    }

    private static string Say(string package, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(ForeignProgram.Require(program, package), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(BootLab.SampleLab),
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(BootLab.Executable)}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not end: {output.Result}{errors.Result}");
        }
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Result;
    }
}
