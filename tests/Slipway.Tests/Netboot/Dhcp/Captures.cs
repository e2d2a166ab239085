using System.Net;
using System.Runtime.CompilerServices;

namespace Slipway.Tests.Netboot.Dhcp;

/// <summary>One recorded datagram.</summary>
public sealed record CapturedDatagram(IPEndPoint From, IPEndPoint To, byte[] Payload);

/// <summary>The recordings in <c>tests/captures/dhcp</c>.</summary>
public static class Captures
{
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "../../../captures/dhcp");

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.hex").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<CapturedDatagram> Read(string name) =>
    [
        .. File.ReadLines(Path.Combine(Folder, name + ".hex")).Select(line => line.Split(' '))
            .Select(part => new CapturedDatagram(IPEndPoint.Parse(part[0]), IPEndPoint.Parse(part[1]), Convert.FromHexString(part[2]))),
    ];

    private static string Here([CallerFilePath] string path = "") => path;
}
