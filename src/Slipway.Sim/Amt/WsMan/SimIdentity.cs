using System.Security.Cryptography;
using System.Text;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Who the simulated machine is: what an inventory shows and a DHCP client would send.</summary>
public sealed record SimIdentity
{
    /// <summary>SMBIOS UUID; PlatformGUID and GetUuid tell it.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Six bytes, <c>02-53-…</c> with dashes as the firmware writes it.</summary>
    public required string MacAddress { get; init; }

    public string HostName { get; init; } = "slipway-sim";

    /// <summary>The same for every simulator of that name, so that two runs look alike.</summary>
    public static SimIdentity Of(string name)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes("slipway-sim-identity-" + name));
        // 0x02: locally administered, so that no real card has it.
        return new SimIdentity { Uuid = new Guid(hash.AsSpan(0, 16)), MacAddress = $"02-{hash[16]:X2}-{hash[17]:X2}-{hash[18]:X2}-{hash[19]:X2}-{hash[20]:X2}" };
    }
}
