namespace Slipway.Sim.Amt;

/// <summary>How one release of the firmware behaves: what it has and where it is odd.</summary>
/// <remarks>Facts by release as seen by consoles of the field; each member says which releases.</remarks>
public sealed record AmtProfile
{
    /// <summary>"6", "8", "9", "11", "12", "14", "16.1", "19".</summary>
    public required string Name { get; init; }

    /// <summary>Full version as the Server header and CIM_SoftwareIdentity tell it.</summary>
    public required string Version { get; init; }

    public required int Major { get; init; }

    public required int Minor { get; init; }

    /// <summary>16.1 and later have no plain ports any more.</summary>
    public bool TlsOnly { get; init; }

    /// <summary>Up to 9: TLS 1.0 and 1.1.</summary>
    public bool OldTls { get; init; }

    /// <summary>The <c>Server</c> header is sent (missing on some 11.x).</summary>
    public bool ServerHeader { get; init; } = true;

    /// <summary>What stands in <c>qop="…"</c>: <c>auth</c>, since 14 <c>auth-int, auth</c>.</summary>
    public string Quality { get; init; } = "auth";

    /// <summary>Login methods the redirection port offers: 1 plain text, 3 and 4 digest. Plain text ended with 12.</summary>
    public IReadOnlyList<byte> LoginMethods { get; init; } = [4];

    /// <summary>Graceful power states 4, 7, 12, 14 exist (9 and later).</summary>
    public bool GracefulPower { get; init; }

    /// <summary>NMI, 11, is advertised (about 12 and later).</summary>
    public bool Interrupt { get; init; }

    /// <summary>UseSOL together with a boot source is refused (6).</summary>
    public bool UseSolConflictsWithSource { get; init; }

    /// <summary>Force Diagnostic Boot is listed (before 7).</summary>
    public bool DiagnosticBoot { get; init; }

    /// <summary>HTTPS boot by URL exists (15 and later).</summary>
    public bool OneClickRecovery { get; init; }

    /// <summary>AvailableRequestedPowerStates is reported.</summary>
    public bool AvailableStates { get; init; } = true;

    /// <summary>Port 5900 with a password of its own exists (gone since 16.1).</summary>
    public bool Port5900 { get; init; } = true;

    /// <summary>What KVM greets with: <c>004.000</c>, <c>003.008</c> from 12.</summary>
    public string RfbVersion { get; init; } = "003.008";

    /// <summary>Grey pixel formats (16 and later).</summary>
    public bool GreyPixelFormats { get; init; }

    /// <summary>IPS_PowerManagementService (10 and later).</summary>
    public bool OsPowerSaving { get; init; }

    /// <summary>The profiles there are, oldest first.</summary>
    public static IReadOnlyList<AmtProfile> All { get; } =
    [
        new() { Name = "6", Version = "6.2.61", Major = 6, Minor = 2, OldTls = true, LoginMethods = [1, 3, 4], UseSolConflictsWithSource = true, DiagnosticBoot = true, AvailableStates = false, RfbVersion = "004.000" },
        new() { Name = "8", Version = "8.1.72", Major = 8, Minor = 1, OldTls = true, LoginMethods = [1, 4], AvailableStates = false, RfbVersion = "004.000" },
        new() { Name = "9", Version = "9.5.61", Major = 9, Minor = 5, OldTls = true, LoginMethods = [1, 4], GracefulPower = true, RfbVersion = "004.000" },
        new() { Name = "11", Version = "11.8.93", Major = 11, Minor = 8, LoginMethods = [1, 4], GracefulPower = true, OsPowerSaving = true, ServerHeader = false, RfbVersion = "004.000" },
        new() { Name = "12", Version = "12.0.81", Major = 12, Minor = 0, GracefulPower = true, Interrupt = true, OsPowerSaving = true },
        new() { Name = "14", Version = "14.1.67", Major = 14, Minor = 1, GracefulPower = true, Interrupt = true, OsPowerSaving = true, Quality = "auth-int, auth" },
        new() { Name = "16.1", Version = "16.1.25", Major = 16, Minor = 1, TlsOnly = true, GracefulPower = true, Interrupt = true, OsPowerSaving = true, Quality = "auth-int, auth", OneClickRecovery = true, Port5900 = false, GreyPixelFormats = true },
        new() { Name = "19", Version = "19.0.5", Major = 19, Minor = 0, TlsOnly = true, GracefulPower = true, Interrupt = true, OsPowerSaving = true, Quality = "auth-int, auth", OneClickRecovery = true, Port5900 = false, GreyPixelFormats = true },
    ];

    /// <summary>The profile of that name, or null.</summary>
    public static AmtProfile? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
