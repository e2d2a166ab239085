namespace Slipway.Amt.Settings;

/// <summary>What redirection is switched on. Null: this release does not have it.</summary>
public sealed record AmtRedirectionSettings(bool? Listener, bool? Sol, bool? Ider, bool? Kvm);

/// <summary>IPS_KVMRedirectionSettingData, as far as a lab needs it. Null: this release does not have the field.</summary>
public sealed record AmtKvmSettings(bool? Port5900, bool? OptIn, long? OptInTimeoutSeconds, long? SessionTimeoutMinutes);

/// <summary>A change of the KVM settings; null = as it is.</summary>
public sealed record AmtKvmChange
{
    public bool? Port5900 { get; init; }

    /// <summary>Exactly 8 characters with upper and lower case, digit and special character. Never printed.</summary>
    public string? RfbPassword { get; init; }

    /// <summary>Minutes until an idle session is closed, 0 (never) to 255.</summary>
    public int? SessionTimeoutMinutes { get; init; }

    /// <summary>How long a consent code is valid, 60 to 900 s.</summary>
    public int? OptInTimeoutSeconds { get; init; }
}

/// <summary>AMT_GeneralSettings, as far as a lab needs it.</summary>
public sealed record AmtGeneralSettings(string? HostName, string? DomainName, string? DigestRealm, bool? NetworkEnabled, bool? PingResponse, long? IdleWakeTimeoutMinutes);

/// <summary>A change of the general settings; null = as it is.</summary>
public sealed record AmtGeneralChange
{
    /// <summary>At most 63 characters.</summary>
    public string? HostName { get; init; }

    /// <summary>Minutes until the firmware sleeps, 1 to 65,535 (which a lab wants).</summary>
    public int? IdleWakeTimeoutMinutes { get; init; }

    public bool? PingResponse { get; init; }
}

/// <summary>AMT_EthernetPortSettings of the wired port.</summary>
public sealed record AmtNetworkSettings(string? Mac, bool? LinkIsUp, bool? Dhcp, string? Address, string? Subnet, string? Gateway);
