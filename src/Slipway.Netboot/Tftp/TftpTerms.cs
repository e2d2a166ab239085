using System.Globalization;

namespace Slipway.Netboot.Tftp;

/// <summary>What a client and this server agreed on (RFC 2347). Immutable.</summary>
public sealed record TftpTerms
{
    /// <summary>Block size without negotiation (RFC 1350 §2).</summary>
    public const int DefaultBlockSize = 512;

    /// <summary>RFC 2348 §2.</summary>
    public const int SmallestBlockSize = 8;

    /// <summary>RFC 2348 §2: what fits a UDP datagram in IPv4.</summary>
    public const int LargestBlockSize = 65464;

    public int BlockSize { get; private init; } = DefaultBlockSize;

    public int WindowSize { get; private init; } = 1;

    /// <summary>The client's own retransmission time; null when it named none.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>The accepted options in the client's order, as they go into the OACK; empty = no OACK, DATA 1 follows at once.</summary>
    public IReadOnlyList<TftpOption> Accepted { get; private init; } = [];

    /// <summary>In words for facts: <c>blksize=1432 tsize</c>.</summary>
    public string Words => string.Join(' ', Accepted.Select(o => o.Is(TftpOption.TransferSize) ? o.Name : $"{o.Name}={o.Value}"));

    /// <summary>Accepts what can be accepted. Never a larger value than asked for; what is unknown or senseless is left out, as RFC 2347 demands.</summary>
    /// <param name="length">Bytes that will be sent.</param>
    public static TftpTerms Negotiate(IReadOnlyList<TftpOption> asked, long length, TftpServerOptions limits)
    {
        var terms = new TftpTerms();
        var accepted = new List<TftpOption>();
        foreach (TftpOption option in asked)
        {
            if (!long.TryParse(option.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value)) continue;
            if (accepted.Exists(a => a.Is(option.Name))) continue;

            string name = option.Name.ToLowerInvariant();
            switch (name)
            {
                case TftpOption.BlockSize when value >= SmallestBlockSize:
                    value = Math.Min(value, limits.MaxBlockSize);
                    terms = terms with { BlockSize = (int)value };
                    break;
                case TftpOption.WindowSize when value >= 1:
                    value = Math.Min(value, limits.MaxWindowSize);
                    terms = terms with { WindowSize = (int)value };
                    break;
                case TftpOption.Timeout when value is >= 1 and <= 255: // may only be echoed, never changed (RFC 2349)
                    terms = terms with { Timeout = TimeSpan.FromSeconds(value) };
                    break;
                case TftpOption.TransferSize:
                    value = length;
                    break;
                default:
                    continue;
            }
            accepted.Add(new TftpOption(name, value.ToString(CultureInfo.InvariantCulture)));
        }
        return terms with { Accepted = accepted };
    }
}
