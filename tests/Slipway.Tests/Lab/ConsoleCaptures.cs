using System.Runtime.CompilerServices;

namespace Slipway.Tests.Lab;

/// <summary>Finds recorded consoles beside this source file, wherever the tests run.</summary>
internal static class ConsoleCaptures
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Here(), "..", "..", "captures", "console", name));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
