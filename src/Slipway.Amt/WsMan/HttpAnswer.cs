namespace Slipway.Amt.WsMan;

/// <summary>One answer of a web server, whole.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="Headers">In their order; names as sent.</param>
/// <param name="Body">Without the transfer coding.</param>
/// <param name="KeepAlive">Whether the connection may carry another request.</param>
internal sealed record HttpAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, ReadOnlyMemory<byte> Body, bool KeepAlive)
{
    /// <summary>The values of a header; a server may send one several times.</summary>
    public IEnumerable<string> All(string name) =>
        Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    public string? Header(string name) => All(name).FirstOrDefault();
}
