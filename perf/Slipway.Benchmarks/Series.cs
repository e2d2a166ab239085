using System.Globalization;

namespace Slipway.Benchmarks;

/// <summary>The times of one thing, measured several times.</summary>
internal sealed class Series(string name)
{
    private readonly List<double> _seconds = [];

    public void Add(TimeSpan time) => _seconds.Add(time.TotalSeconds);

    public override string ToString()
    {
        double[] sorted = [.. _seconds.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {sorted[0]:0.00} | {sorted[sorted.Length / 2]:0.00} | {sorted[^1]:0.00} |");
    }
}
