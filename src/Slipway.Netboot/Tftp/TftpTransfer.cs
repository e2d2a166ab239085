namespace Slipway.Netboot.Tftp;

/// <summary>Where a transfer stands.</summary>
public enum TftpTransferState
{
    /// <summary>The OACK is sent; ACK 0 is awaited.</summary>
    OfferingOptions,

    /// <summary>Blocks are in flight.</summary>
    Sending,

    /// <summary>The last block is acknowledged.</summary>
    Done,

    /// <summary>The last block was sent and not acknowledged, but the client has asked for something else since: it has the file.</summary>
    DoneUnacknowledged,

    /// <summary>The client sent an ERROR.</summary>
    EndedByClient,

    /// <summary>The client fell silent.</summary>
    GaveUp,
}

/// <summary>What the socket must do next.</summary>
public enum TftpAction
{
    /// <summary>Keep waiting; the deadline stays where it is.</summary>
    None,

    SendOptions,

    /// <summary>Send blocks <see cref="TftpStep.First"/> to <see cref="TftpStep.Last"/>.</summary>
    SendBlocks,

    /// <summary>Nothing more; see <see cref="TftpTransfer.State"/>.</summary>
    Finish,
}

/// <summary>One decision of the transfer.</summary>
/// <param name="First">Number of the first block, counted from 1 without wrapping.</param>
public readonly record struct TftpStep(TftpAction Action, long First = 0, long Last = 0);

/// <summary>The sender's side of one transfer as a pure state machine (RFC 1350, 2347, 7440). Knows no socket and no clock.</summary>
/// <remarks>
/// Block numbers are counted in 64 bits and cut to 16 on the wire, so they wrap from 65535 to 0, which is what BIOS ROMs, EDK II, U-Boot,
/// GRUB, curl and tftp-hpa expect; files of any size work.
/// <code>
///             +------------------+  ACK 0   +---------+  ACK of the last block   +------+
///   OACK ---> | OfferingOptions  | -------> | Sending | -----------------------> | Done |
///             +------------------+          +---------+                          +------+
///  no options ------------------------------->   |  time-outs ---> GaveUp | DoneUnacknowledged (client moved on)
///                                                |  ERROR -------> EndedByClient
/// </code>
/// </remarks>
public sealed class TftpTransfer
{
    private readonly TftpTerms _terms;
    private readonly TftpServerOptions _limits;
    private readonly long _length;
    private readonly long _lastBlock;
    private long _acknowledged;
    private long _sent;
    private int _attempts = 1;
    private bool _clientMovedOn;

    /// <param name="length">Bytes to send; 0 or more.</param>
    public TftpTransfer(TftpTerms terms, long length, TftpServerOptions limits)
    {
        (_terms, _limits, _length) = (terms, limits, length);
        _lastBlock = length / terms.BlockSize + 1; // the last one is shorter than the others, if need be empty
        Wait = FirstWait;
    }

    public TftpTransferState State { get; private set; } = TftpTransferState.Sending;

    /// <summary>How long to wait for an answer to what was last sent; grows with each resend.</summary>
    public TimeSpan Wait { get; private set; }

    /// <summary>Times something had to be sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>Bytes the client has acknowledged.</summary>
    public long BytesAcknowledged => Math.Min(_acknowledged * _terms.BlockSize, _length);

    /// <summary>True once the client has acknowledged a block of data.</summary>
    public bool HasProgressed => _acknowledged > 0;

    /// <summary>True once every block has been sent at least once.</summary>
    public bool EverythingSent => _sent == _lastBlock;

    private TimeSpan FirstWait => _terms.Timeout ?? _limits.FirstTimeout;

    /// <summary>The first packet.</summary>
    public TftpStep Begin()
    {
        if (_terms.Accepted.Count == 0) return SendFrom(1);
        State = TftpTransferState.OfferingOptions;
        return new TftpStep(TftpAction.SendOptions);
    }

    /// <summary>An ACK came with this number.</summary>
    public TftpStep OnAcknowledgement(ushort number)
    {
        switch (State)
        {
            case TftpTransferState.OfferingOptions when number == 0:
                State = TftpTransferState.Sending;
                ResetWait();
                return SendFrom(1);

            case TftpTransferState.Sending:
                // A duplicate (ahead = 0) is never answered: two ACKs would bring two DATA, these again two ACKs, to the end of the
                // file (the "Sorcerer's Apprentice", RFC 1123 §4.2.3.1). An older or invented number is beyond what was sent.
                long ahead = (ushort)(number - (ushort)_acknowledged);
                if (ahead == 0 || _acknowledged + ahead > _sent) return default;
                _acknowledged += ahead;
                ResetWait();
                if (_acknowledged == _lastBlock) return Finish(TftpTransferState.Done);
                // In the middle of a window this means "go on from here" (RFC 7440 §4): what follows it was lost.
                if (_acknowledged < _sent) Retries++;
                return SendFrom(_acknowledged + 1);

            default:
                return default;
        }
    }

    /// <summary>Nothing came for <see cref="Wait"/>.</summary>
    public TftpStep OnTimeout()
    {
        if (_clientMovedOn && EverythingSent) return Finish(TftpTransferState.DoneUnacknowledged);
        if (_attempts >= _limits.MaxAttempts) return Finish(TftpTransferState.GaveUp);
        _attempts++;
        TimeSpan longest = FirstWait > _limits.LongestTimeout ? FirstWait : _limits.LongestTimeout;
        Wait = Wait * 2 < longest ? Wait * 2 : longest;
        return Resend();
    }

    /// <summary>The client repeated its request: our first packet, or its answer, was lost. The deadline stays.</summary>
    public TftpStep OnRepeatedRequest() => HasProgressed ? default : Resend();

    /// <summary>The client's machine asked for another file. Nothing is sent, but a missing last ACK is no failure any more.</summary>
    public void OnNewerRequest() => _clientMovedOn = true;

    /// <summary>The client sent an ERROR.</summary>
    public TftpStep OnError() => Finish(TftpTransferState.EndedByClient);

    private TftpStep Resend()
    {
        Retries++;
        return State switch
        {
            TftpTransferState.OfferingOptions => new TftpStep(TftpAction.SendOptions),
            TftpTransferState.Sending => SendFrom(_acknowledged + 1),
            _ => default,
        };
    }

    private TftpStep SendFrom(long first)
    {
        long last = Math.Min(first + _terms.WindowSize - 1, _lastBlock);
        _sent = Math.Max(_sent, last);
        return new TftpStep(TftpAction.SendBlocks, first, last);
    }

    private TftpStep Finish(TftpTransferState state)
    {
        State = state;
        return new TftpStep(TftpAction.Finish);
    }

    private void ResetWait() => (_attempts, Wait) = (1, FirstWait);
}
