namespace Slipway.Fence;

/// <summary>One parameter of the fence agent: its names on standard input, as an option, and in the metadata.</summary>
/// <param name="Name">On standard input and in the metadata.</param>
/// <param name="OldName">A name of earlier fence agents that means the same; null = none.</param>
/// <param name="Short">The option's letter; null = none.</param>
/// <param name="Long">The option's word, without dashes; null = never an option (a password is not).</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>second</c> or <c>boolean</c>.</param>
/// <param name="Default">Null = none.</param>
/// <param name="About">One line.</param>
internal sealed record FenceParameter(string Name, string? OldName, char? Short, string? Long, string Type, string? Default, string About)
{
    public const string Action = "action", Ip = "ip", User = "username", Password = "password", PasswordScript = "password_script", Plug = "plug", Port = "ipport",
        Ssl = "ssl", AnyCertificate = "ssl_insecure", OldTls = "old_tls", Lab = "lab", PowerTimeout = "power_timeout", PowerWait = "power_wait", Delay = "delay", Separator = "separator";

    /// <summary>The names are those the agents of the fence-agents project share.</summary>
    public static readonly IReadOnlyList<FenceParameter> All =
    [
        new(Action, null, 'o', "action", "string", "reboot", "Fencing action"),
        new(Ip, "ipaddr", 'a', "ip", "string", null, "Address or host name of an AMT firmware; without it the plug is a machine of the lab"),
        new(User, "login", 'l', "username", "string", "admin", "AMT user"),
        new(Password, "passwd", null, null, "string", null, "AMT password; on standard input only"),
        new(PasswordScript, "passwd_script", 'S', "password-script", "string", null, "Script that prints the AMT password"),
        new(Plug, "port", 'n', "plug", "string", null, "Machine of the lab; with ip it may be left out"),
        new(Port, null, 'u', "ipport", "integer", "16992", "Base port of the AMT firmware"),
        new(Ssl, null, 'z', "ssl", "boolean", null, "Speak TLS (default: found out)"),
        new(AnyCertificate, null, null, "ssl-insecure", "boolean", "0", "Accept any certificate"),
        new(OldTls, null, null, "old-tls", "boolean", "0", "Allow TLS 1.0 and 1.1"),
        new(Lab, null, null, "lab-file", "string", null, "Lab file; default: where slipway looks for it"),
        new(PowerTimeout, null, null, "power-timeout", "second", "60", "Wait so long for the state after on or off"),
        new(PowerWait, null, null, "power-wait", "second", "0", "Wait so long after on or off was seen"),
        new(Delay, null, null, "delay", "second", "0", "Wait so long before fencing begins"),
        new(Separator, null, 'C', "separator", "string", ",", "Between plug and name in the list"),
    ];

    /// <summary>Keys that Pacemaker and other callers add, with no meaning here.</summary>
    public static readonly IReadOnlySet<string> Ignored = new HashSet<string>
    {
        "nodename", "verbose", "verbose_level", "debug", "debug_file", "quiet", "shell_timeout", "login_timeout", "retry_on", "disable_timeout", "stonith_status_sleep",
        "agent", "version", "help", "method", "ssl_secure", "inet4_only", "inet6_only", "plug_separator", "missing_as_off",
    };

    public static FenceParameter? Find(string name) => All.FirstOrDefault(p => p.Name == name || p.OldName == name);
}
