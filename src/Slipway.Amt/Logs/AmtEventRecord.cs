using System.Buffers.Binary;

namespace Slipway.Amt.Logs;

/// <summary>One entry of the firmware's event log, decoded.</summary>
/// <param name="Time">Null when the firmware had no clock.</param>
/// <param name="Severity">In one word.</param>
/// <param name="Text">What happened; what is not known is given as its numbers.</param>
public sealed record AmtEventRecord(DateTimeOffset? Time, string Severity, string Text)
{
    // time 4 + device 1 + sensor type 1 + event type 1 + offset 1 + source 1 + severity 1 + sensor number 1 + entity 1 + instance 1 + data 8
    private const int Bytes = 21;
    private const int SensorTypeOffset = 5;
    private const int EventOffsetOffset = 7;
    private const int SeverityOffset = 9;
    private const int DataOffset = 13;
    private const uint NoClock = uint.MaxValue;

    private static readonly Dictionary<byte, string> Progress = new()
    {
        [1] = "memory is initialised", [2] = "disks are initialised", [3] = "other processors are started", [4] = "user login", [5] = "the setup is entered", [6] = "USB is configured",
        [7] = "PCI is configured", [8] = "option ROMs are run", [9] = "video is initialised", [12] = "the keyboard is initialised", [19] = "the operating system is started",
    };

    private static readonly Dictionary<byte, string> Errors = new()
    {
        [1] = "no memory", [2] = "bad memory", [3] = "bad disk controller", [4] = "bad mainboard", [5] = "removable media", [7] = "no keyboard", [8] = "nothing to boot from", [9] = "no video",
    };

    /// <summary>Reads one record (vendor's PET layout); null when it is not 21 bytes.</summary>
    public static AmtEventRecord? TryRead(ReadOnlySpan<byte> record)
    {
        if (record.Length != Bytes) return null;
        uint seconds = BinaryPrimitives.ReadUInt32LittleEndian(record);
        DateTimeOffset? time = seconds is 0 or NoClock ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
        string severity = record[SeverityOffset] switch { 1 => "monitor", 2 => "info", 4 => "ok", 8 => "warning", 16 => "critical", 32 => "fatal", _ => "unknown" };
        return new AmtEventRecord(time, severity, Describe(record[SensorTypeOffset], record[EventOffsetOffset], record[DataOffset..]));
    }

    private static string Describe(byte sensor, byte offset, ReadOnlySpan<byte> data) => (sensor, offset) switch
    {
        (5, _) => "the case was opened",
        (6, _) => $"{data[1] | data[2] << 8} failed logins",
        (15, 0) => "BIOS error: " + Errors.GetValueOrDefault(data[1], $"number {data[1]}"),
        (15, 2 or 5) => "BIOS: " + Progress.GetValueOrDefault(data[1], $"step {data[1]}"),
        (15, _) when data[0] == 0xAA && data[1] == 0x30 => $"boot by one-click recovery: step {data[2]}",
        (30, _) => "nothing to boot from",
        (35, _) => "watchdog expired, or the boot failed",
        (37, _) => "the firmware was started",
        (192, _) when data[0] == 0xAA && data[1] == 0x30 => data[2] switch
        {
            0 => "a serial-over-LAN session was opened",
            1 => "a serial-over-LAN session was closed",
            2 => "an IDE redirection session was opened",
            3 => "an IDE redirection session was closed",
            _ => $"redirection, event {data[2]}",
        },
        (193, _) => "a connection was asked for at the machine",
        _ => $"sensor type {sensor}, offset {offset}, data {Convert.ToHexString(data)}",
    };
}
