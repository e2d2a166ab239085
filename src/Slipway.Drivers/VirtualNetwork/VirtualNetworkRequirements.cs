namespace Slipway.Drivers.VirtualNetwork;

/// <summary>What a virtual network needs of this computer.</summary>
public static class VirtualNetworkRequirements
{
    /// <summary>What is missing, each with Debian's package; empty when all is there.</summary>
    public static IReadOnlyList<(string What, string Package)> Missing()
    {
        var missing = new List<(string, string)>();
        foreach ((string program, string package) in new[] { ("unshare", "util-linux"), ("nsenter", "util-linux"), ("ip", "iproute2") })
        {
            if (ProgramPath.Find(program) is null) missing.Add((program, package));
        }
        return missing;
    }
}
