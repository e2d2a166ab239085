using System.Net;

namespace Slipway.Netboot.Loaders;

/// <summary>Where our servers are, as a booting machine sees them.</summary>
/// <param name="Server">Our address on the machine's network.</param>
/// <param name="HttpPort">Port of the boot files over HTTP; 0 = TFTP only.</param>
public sealed record BootSite(IPAddress Server, int HttpPort)
{
    public bool HasHttp => HttpPort != 0;

    /// <summary>The address of a file for a loader that takes URLs: HTTP when we serve it, since one TFTP block per round trip is ten times slower.</summary>
    public string Url(string name) => HasHttp ? $"http://{Server}:{HttpPort}/{name}" : $"tftp://{Server}/{name}";
}
