using System.CommandLine;
using Slipway.Amt.Accounts;
using Slipway.Output;

namespace Slipway.Verbs.Amt;

/// <summary><c>slipway amt accounts</c>: digest users of the firmware.</summary>
internal static class AmtAccountsVerb
{
    public static VerbCommand Build(Cli cli)
    {
        var options = new AmtHostOptions();
        var action = new Argument<string>("ACTION") { Description = "list, add (with --name), remove, enable, disable" };
        action.AcceptOnlyFromAmong("list", "add", "remove", "enable", "disable");
        var name = new Option<string?>("--name") { Description = "The account, at most 16 characters", HelpName = "NAME" };
        var password = new Option<string?>("--new-password-file") { Description = "File with the new account's password", HelpName = "FILE" };
        var verb = new VerbCommand("accounts", "The firmware's users")
        {
            Examples =
            [
                ("slipway amt accounts list 192.168.77.20", "who may log in"),
                ("slipway amt accounts add 192.168.77.20 --name lab --new-password-file secret", "an account with the rights a lab needs"),
            ],
            ExitCodes = AmtVerb.ExitCodes,
        };
        verb.Add(action);
        options.AddTo(verb);
        verb.Add(name);
        verb.Add(password);
        AmtVerb.Act(cli, verb, options, async (host, line, ct) =>
        {
            var accounts = new AmtAccounts(host.WsMan);
            string word = line.GetRequiredValue(action);
            string Name() => line.GetValue(name) ?? throw new UsageException("SLP7126", $"'{word}' needs --name");
            switch (word)
            {
                case "add":
                    string file = line.GetValue(password) ?? throw new UsageException("SLP7127", "'add' needs --new-password-file");
                    await accounts.AddAsync(Name(), AmtHostOptions.Password(cli, file, host.Endpoint.Host), AmtAccounts.LabRealms, ct);
                    break;
                case "remove":
                    await accounts.RemoveAsync(Name(), ct);
                    break;
                case "enable" or "disable":
                    await accounts.SetEnabledAsync(Name(), word == "enable", ct);
                    break;
            }
            IReadOnlyList<AmtAccount> all = await accounts.ListAsync(ct);
            if (cli.Json(line))
            {
                JsonOutput.Write(cli.Terminal, json =>
                {
                    json.WriteStartArray();
                    foreach (AmtAccount account in all)
                    {
                        json.WriteStartObject();
                        json.WriteString("name", account.Name);
                        json.WriteBoolean("enabled", account.Enabled);
                        json.WriteStartArray("realms");
                        foreach (string realm in account.Realms) json.WriteStringValue(realm);
                        json.WriteEndArray();
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
                return ExitCode.Good;
            }
            var table = new Table("NAME", "ENABLED", "REALMS");
            foreach (AmtAccount account in all) table.Add(account.Name, account.Enabled ? "yes" : "no", string.Join(", ", account.Realms));
            table.WriteTo(cli.Terminal.Out);
            return ExitCode.Good;
        });
        return verb;
    }
}
