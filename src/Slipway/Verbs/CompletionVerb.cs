using System.CommandLine;
using Slipway.Output;

namespace Slipway.Verbs;

/// <summary><c>slipway completion SHELL</c>: the script that makes the shell ask <see cref="Completer"/>.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _slipway() {
            local IFS=$'\n'
            COMPREPLY=($(slipway complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
            return 0
        }
        complete -F _slipway slipway
        """;

    private const string Zsh = """
        #compdef slipway
        _slipway() {
            local -a found
            found=("${(@f)$(slipway complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            compadd -Q -S '' -- ${(M)found:#*/}
            compadd -- ${found:#*/}
        }
        compdef _slipway slipway
        """;

    private const string Fish = """
        complete -c slipway -f -a '(slipway complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
        """;

    public static VerbCommand Build(Cli cli)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var verb = new VerbCommand("completion", "Print the completion script of a shell")
        {
            Examples =
            [
                ("source <(slipway completion bash)", "in ~/.bashrc"),
                ("source <(slipway completion zsh)", "in ~/.zshrc, after compinit"),
                ("slipway completion fish > ~/.config/fish/completions/slipway.fish", "once"),
            ],
            ExitCodes = [(ExitCode.Good, "printed"), (ExitCode.Usage, "wrong usage")],
        };
        verb.Add(shell);
        verb.SetAction(line =>
        {
            cli.Terminal.Out.WriteLine(line.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCode.Good;
        });
        return verb;
    }
}
