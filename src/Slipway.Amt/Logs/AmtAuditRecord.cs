using System.Buffers.Binary;
using System.Text;

namespace Slipway.Amt.Logs;

/// <summary>One entry of the audit log, decoded.</summary>
/// <param name="Initiator">The user, or "local".</param>
/// <param name="From">The address; empty when none is told.</param>
/// <param name="Text">What was done; what is not known is given as its numbers.</param>
public sealed record AmtAuditRecord(DateTimeOffset Time, string Initiator, string From, string Text)
{
    private static readonly Dictionary<(ushort Application, ushort Event), string> Known = new()
    {
        [(17, 0)] = "power on", [(17, 1)] = "power off", [(17, 2)] = "power cycle", [(17, 3)] = "reset", [(17, 4)] = "boot options set",
        [(18, 0)] = "IDE redirection opened", [(18, 1)] = "IDE redirection closed", [(18, 4)] = "serial over LAN opened", [(18, 5)] = "serial over LAN closed",
        [(18, 8)] = "KVM opened", [(18, 9)] = "KVM closed",
    };

    private static readonly Dictionary<ushort, string> Applications = new()
    {
        [16] = "security administration", [17] = "remote control", [18] = "redirection", [19] = "firmware update", [20] = "audit log", [21] = "time", [22] = "network", [29] = "KVM", [30] = "user consent",
    };

    /// <summary>Reads one record: application 2, event 2, initiator 1 and its name, time 4, location 1, address length 1 and text, extension length 1 and bytes; big endian. Null when a length does not fit.</summary>
    public static AmtAuditRecord? TryRead(ReadOnlySpan<byte> record)
    {
        const int head = 5;
        if (record.Length < head) return null;
        ushort application = BinaryPrimitives.ReadUInt16BigEndian(record), happened = BinaryPrimitives.ReadUInt16BigEndian(record[2..]);
        byte kind = record[4];
        ReadOnlySpan<byte> rest = record[head..];
        string initiator;
        switch (kind)
        {
            case 0:
                if (!TakeText(ref rest, out initiator)) return null;
                break;
            case 1:
                const int domainBytes = 4;
                if (rest.Length < domainBytes) return null;
                rest = rest[domainBytes..];
                if (!TakeText(ref rest, out _)) return null;
                initiator = "a Kerberos user";
                break;
            default:
                initiator = kind == 2 ? "local" : kind == 3 ? "the KVM port" : $"initiator {kind}";
                break;
        }
        const int timeAndLocation = 5;
        if (rest.Length < timeAndLocation) return null;
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(rest));
        rest = rest[timeAndLocation..];
        if (!TakeText(ref rest, out string from)) return null;
        string text = Known.GetValueOrDefault((application, happened), $"{Applications.GetValueOrDefault(application, $"application {application}")}, event {happened}");
        return new AmtAuditRecord(time, initiator, from, text);
    }

    private static bool TakeText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.IsEmpty || bytes.Length - 1 < bytes[0]) return false;
        text = new string([.. Encoding.ASCII.GetString(bytes.Slice(1, bytes[0])).Where(c => !char.IsControl(c))]);
        bytes = bytes[(1 + bytes[0])..];
        return true;
    }
}
