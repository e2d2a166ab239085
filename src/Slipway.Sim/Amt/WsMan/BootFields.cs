namespace Slipway.Sim.Amt.WsMan;

/// <summary>How a field of AMT_BootSettingData may be used.</summary>
internal enum BootFieldUse
{
    Identity,
    Truth,
    Number,
    Text,

    /// <summary>Destructive: can be put as false only.</summary>
    Destructive,

    /// <summary>Has to be left out of a Put.</summary>
    ReadOnly,

    /// <summary>Has to be left out of a Put unless it has content.</summary>
    Parameters,
}

/// <summary>One field of AMT_BootSettingData.</summary>
/// <param name="Name">As in the schema.</param>
/// <param name="Use">What a Put may do to it.</param>
/// <param name="Default">Its value when nothing is set.</param>
/// <param name="Since">First major release that has it; what the field shows, rounded to our profiles.</param>
internal sealed record BootField(string Name, BootFieldUse Use, string Default, int Since = 0)
{
    public const string Instance = "Intel(r) AMT:BootSettingData 0";

    public const string UseSol = "UseSOL";
    public const string UseIder = "UseIDER";
    public const string BiosSetup = "BIOSSetup";
    public const string BiosPause = "BIOSPause";
    public const string Reflash = "ReflashBIOS";
    public const string MediaIndex = "BootMediaIndex";
    public const string SafeMode = "UseSafeMode";
    public const string Parameters = "UefiBootParametersArray";
    public const string ParameterCount = "UefiBootNumberOfParams";
    public const string OptionsCleared = "OptionsCleared";

    /// <summary>In the order of the schema. The last status is two words: the same name twice.</summary>
    public static IReadOnlyList<BootField> All { get; } =
    [
        new("BIOSLastStatus", BootFieldUse.ReadOnly, "0", 12),
        new("BIOSLastStatus", BootFieldUse.ReadOnly, "0", 12),
        new(BiosPause, BootFieldUse.Truth, "false"),
        new(BiosSetup, BootFieldUse.Truth, "false"),
        new(MediaIndex, BootFieldUse.Number, "0"),
        new("BootguardStatus", BootFieldUse.ReadOnly, "127", 12),
        new("ConfigurationDataReset", BootFieldUse.Destructive, "false"),
        new("ElementName", BootFieldUse.Identity, "Intel(r) AMT Boot Configuration Settings"),
        new("EnforceSecureBoot", BootFieldUse.Truth, "false", 8),
        new("FirmwareVerbosity", BootFieldUse.Number, "0"),
        new("ForcedProgressEvents", BootFieldUse.Truth, "false"),
        new("IDERBootDevice", BootFieldUse.Number, "0"),
        new("InstanceID", BootFieldUse.Identity, Instance),
        new("LockKeyboard", BootFieldUse.Truth, "false"),
        new("LockPowerButton", BootFieldUse.Truth, "false"),
        new("LockResetButton", BootFieldUse.Truth, "false"),
        new("LockSleepButton", BootFieldUse.Truth, "false"),
        new(OptionsCleared, BootFieldUse.ReadOnly, "true", 12),
        new("OwningEntity", BootFieldUse.Identity, "Intel(r) AMT"),
        new("PlatformErase", BootFieldUse.Destructive, "false", 16),
        new("RPEEnabled", BootFieldUse.ReadOnly, "false", 16),
        new("RSEPassword", BootFieldUse.Text, "", 12),
        new(Reflash, BootFieldUse.Truth, "false"),
        new("SecureBootControlEnabled", BootFieldUse.ReadOnly, "false", 14),
        new("SecureErase", BootFieldUse.Destructive, "false", 11),
        new("UEFIHTTPSBootEnabled", BootFieldUse.ReadOnly, "true", 15),
        new("UEFILocalPBABootEnabled", BootFieldUse.ReadOnly, "true", 15),
        new(UseIder, BootFieldUse.Truth, "false"),
        new(UseSol, BootFieldUse.Truth, "false"),
        new(SafeMode, BootFieldUse.Truth, "false"),
        new(ParameterCount, BootFieldUse.Number, "0", 15),
        new(Parameters, BootFieldUse.Parameters, "", 15),
        new("UserPasswordBypass", BootFieldUse.Truth, "false"),
        new("WinREBootEnabled", BootFieldUse.ReadOnly, "true", 15),
    ];
}
