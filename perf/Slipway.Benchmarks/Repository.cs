namespace Slipway.Benchmarks;

internal static class Repository
{
    /// <summary>The top of the checkout this program was built in.</summary>
    public static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Slipway.slnx"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the benchmark runs outside the repository");
    }
}
