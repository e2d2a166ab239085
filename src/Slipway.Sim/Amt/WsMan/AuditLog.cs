using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Applications and their events in the audit log, as application &lt;&lt; 16 | event.</summary>
internal enum AuditEvent : uint
{
    AccountAdded = (16 << 16) | 3,
    AccountRemoved = (16 << 16) | 5,
    PowerUp = 17 << 16,
    PowerDown = (17 << 16) | 1,
    PowerCycle = (17 << 16) | 2,
    Reset = (17 << 16) | 3,
    BootOptions = (17 << 16) | 4,
    IderOpened = 18 << 16,
    IderClosed = (18 << 16) | 1,
    SolOpened = (18 << 16) | 4,
    SolClosed = (18 << 16) | 5,
    KvmOpened = (18 << 16) | 8,
    KvmClosed = (18 << 16) | 9,
    TimeSet = 21 << 16,
    ConsentRequested = 30 << 16,
}

/// <summary>AMT_AuditLog's records, oldest first. Called under the state's lock.</summary>
/// <remarks>
/// Big-endian: application (2), event (2), initiator type (1), length and name, time (4), location type (1),
/// length and address, length and extended bytes.
/// </remarks>
internal sealed class AuditLog(SimClock clock)
{
    /// <summary>The oldest goes then; a real firmware with a stricter policy would refuse instead.</summary>
    private const int MostRecords = 200;

    private const byte DigestInitiator = 0;
    private const byte NoLocation = 2;

    private readonly List<byte[]> _records = [];

    public IReadOnlyList<byte[]> Records => _records;

    /// <param name="what">Application and event.</param>
    /// <param name="user">Who; an account's name, at most 16 characters of ASCII.</param>
    public void Add(AuditEvent what, string user)
    {
        byte[] name = Encoding.ASCII.GetBytes(user);
        var record = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteUInt32BigEndian(record.GetSpan(sizeof(uint)), (uint)what);
        record.Advance(sizeof(uint));
        record.Write<byte>([DigestInitiator, (byte)name.Length]);
        record.Write(name);
        BinaryPrimitives.WriteUInt32BigEndian(record.GetSpan(sizeof(uint)), clock.UnixSeconds);
        record.Advance(sizeof(uint));
        record.Write<byte>([NoLocation, 0, 0]);
        _records.Add(record.WrittenSpan.ToArray());
        if (_records.Count > MostRecords) _records.RemoveAt(0);
    }
}
