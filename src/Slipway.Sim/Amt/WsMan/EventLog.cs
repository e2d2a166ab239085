using System.Buffers.Binary;

namespace Slipway.Sim.Amt.WsMan;

/// <summary>Sensor types of event records (IPMI 2.0 table 42-3, and the firmware's own from 192).</summary>
internal enum EventSensor : byte
{
    AuthenticationFailure = 6,
    SystemFirmware = 15,
    AcpiPowerState = 34,
    Redirection = 192,
}

/// <summary>What BIOS progress records tell in their second data byte.</summary>
internal enum BiosProgress : byte
{
    MemoryInitialization = 1,
    EnteringSetup = 5,
    StartingOsBoot = 19,
}

/// <summary>AMT_MessageLog's records, newest first. Called under the state's lock.</summary>
/// <remarks>
/// 21 bytes: time (4, little-endian Unix seconds), device address, sensor type, event type, event offset,
/// source type, severity, sensor number, entity, entity instance, data (8).
/// </remarks>
internal sealed class EventLog(SimClock clock)
{
    public const int MostRecords = 390;
    private const int RecordBytes = 21;
    private const int DataAt = 13;

    private const byte SpecificEvent = 0x6F; // IPMI: the offset means what the sensor type says
    private const byte ProgressOffset = 2;
    private const byte AcpiWorking = 0; // S0
    private const byte AcpiSoftOff = 5; // S5
    private const byte PlatformSource = 0x68;
    private const byte MonitorSeverity = 1;
    private const byte NonCriticalSeverity = 8;
    private const byte NoSensorNumber = 0xFF;
    private const byte BiosEntity = 34;
    private const byte FirmwareEntity = 38;
    private const byte ProgressMark = 0x40;
    private const byte FirmwareMark = 0xAA;
    private const byte RedirectionMark = 0x30;

    private readonly List<byte[]> _records = [];

    public IReadOnlyList<byte[]> Records => _records;

    public void Clear() => _records.Clear();

    public void AddProgress(BiosProgress progress) =>
        Add(EventSensor.SystemFirmware, ProgressOffset, MonitorSeverity, BiosEntity, [ProgressMark, (byte)progress]);

    public void AddPower(bool on) => Add(EventSensor.AcpiPowerState, on ? AcpiWorking : AcpiSoftOff, MonitorSeverity, BiosEntity, []);

    /// <param name="failures">How many in a row.</param>
    public void AddWrongLogin(ushort failures) =>
        Add(EventSensor.AuthenticationFailure, 1, NonCriticalSeverity, FirmwareEntity, [0, (byte)failures, (byte)(failures >> 8)]);

    /// <summary>SOL and IDE redirection opened or closed; KVM leaves no record.</summary>
    public void AddSession(SimSessionKind kind, bool opened)
    {
        if (kind == SimSessionKind.Kvm) return;
        byte what = (byte)((kind == SimSessionKind.Sol ? 0 : 2) + (opened ? 0 : 1));
        Add(EventSensor.Redirection, 0, MonitorSeverity, FirmwareEntity, [FirmwareMark, RedirectionMark, what]);
    }

    private void Add(EventSensor sensor, byte offset, byte severity, byte entity, ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[RecordBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(record, clock.UnixSeconds);
        record[5] = (byte)sensor;
        record[6] = SpecificEvent;
        record[7] = offset;
        record[8] = PlatformSource;
        record[9] = severity;
        record[10] = NoSensorNumber;
        record[11] = entity;
        data.CopyTo(record.AsSpan(DataAt));
        _records.Insert(0, record);
        if (_records.Count > MostRecords) _records.RemoveAt(MostRecords);
    }
}
