using System.Xml.Linq;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class PowerAndBootTests
{
    private const string Pxe = "Force PXE Boot";

    [Fact]
    public async Task Power_on_and_off_are_accepted_and_then_done()
    {
        await using var console = new RawConsole(isOn: false);

        Assert.Equal("8", (await console.Get("CIM_AssociatedPowerManagementService")).Value("PowerState"));
        Assert.Equal("0", await console.Power(2));
        Assert.Equal("on Default", await console.Host.Next());
        Assert.Equal("2", (await console.Get("CIM_AssociatedPowerManagementService")).Value("PowerState"));
        Assert.Equal("0", await console.Power(8));
        Assert.Equal("off", await console.Host.Next());

        Assert.Equal(2, console.State.PowerRequests);
    }

    [Fact]
    public async Task A_running_release_12_lists_its_states_and_6_lists_none()
    {
        await using var new12 = new RawConsole("12");
        await using var old6 = new RawConsole("6");

        Assert.Equal(["10", "8", "5", "11", "4", "7", "14", "12"], (await new12.Get("CIM_AssociatedPowerManagementService")).Values("AvailableRequestedPowerStates"));
        Assert.Empty((await old6.Get("CIM_AssociatedPowerManagementService")).Values("AvailableRequestedPowerStates"));
    }

    [Theory]
    [InlineData("12", true, 2, "2")]
    [InlineData("12", true, 6, "2")]
    [InlineData("12", false, 10, "2")]
    [InlineData("12", false, 8, "2")]
    [InlineData("9", true, 11, "2")]
    [InlineData("8", true, 12, "2")]
    [InlineData("9", true, 12, "0")]
    public async Task States_that_do_not_fit_are_refused(string profile, bool on, int state, string value)
    {
        await using var console = new RawConsole(profile, on);

        Assert.Equal(value, await console.Power(state));
        Assert.True(console.Host.NothingDone);
    }

    [Fact]
    public async Task With_a_session_open_off_and_cycle_are_refused_and_reset_is_not()
    {
        await using var console = new RawConsole();
        lock (console.State.Lock) console.State.Sessions.Add(SimSessionKind.Sol);

        Assert.Equal("4097", await console.Power(8));
        Assert.Equal("4097", await console.Power(5));
        Assert.Equal("0", await console.Power(10));
        Assert.Equal("reset Default", await console.Host.Next());
        Assert.Equal("0", await console.Return("AMT_RedirectionService", "RequestStateChange", "<r:RequestedState>32768</r:RequestedState>"));
        Assert.Equal("0", await console.Power(8));
        Assert.Equal("off", await console.Host.Next());
    }

    [Fact]
    public async Task A_cycle_is_off_and_on_and_an_interrupt_is_one()
    {
        await using var console = new RawConsole();

        await console.Power(5);
        Assert.Equal("off", await console.Host.Next());
        Assert.Equal("on Default", await console.Host.Next());
        await console.Power(11);
        Assert.Equal("interrupt", await console.Host.Next());
    }

    [Fact]
    public async Task A_request_without_the_pc_is_an_invalid_parameter()
    {
        await using var console = new RawConsole();
        Assert.Equal("5", await console.Return("CIM_PowerManagementService", "RequestPowerStateChange", "<r:PowerState>10</r:PowerState>"));
    }

    [Fact]
    public async Task Power_can_be_ignored_and_misreported()
    {
        await using var console = new RawConsole(faults: new AmtFaults { PowerIgnored = true, PowerMisreported = true });

        Assert.Equal("8", (await console.Get("CIM_AssociatedPowerManagementService")).Value("PowerState"));
        Assert.Equal("0", await console.Power(10));
        await console.Web.DisposeAsync(); // nothing is on its way after this

        Assert.True(console.Host.NothingDone);
    }

    [Fact]
    public async Task After_power_the_firmware_can_fall_silent()
    {
        await using var console = new RawConsole(faults: new AmtFaults { UnreachableAfterPower = TimeSpan.FromSeconds(20) });
        await console.Power(10);
        await console.Host.Next();

        Assert.Equal(200, (await console.Get("AMT_GeneralSettings")).Status);
        console.Clock.Advance(TimeSpan.FromSeconds(20));
        Task<RawAnswer> unanswered = console.Get("AMT_GeneralSettings");

        Assert.False(console.State.Reachable);
        Assert.False(unanswered.IsCompleted);
        await console.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => unanswered);
    }

    [Fact]
    public async Task The_pc_can_lose_power_after_it_was_switched_on()
    {
        await using var console = new RawConsole(isOn: false, faults: new AmtFaults { PowerLossAfterPowerOn = TimeSpan.FromSeconds(30) });
        await console.Power(2);
        Assert.Equal("on Default", await console.Host.Next());

        console.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("off", await console.Host.Next());
        Assert.Equal(1, console.State.PowerRequests);
    }

    [Fact]
    public async Task Trouble_of_the_pc_is_kept_and_the_firmware_goes_on()
    {
        await using var console = new RawConsole(isOn: false);
        console.Host.Trouble = new IOException("no machine");
        await console.Power(2);
        Assert.Equal("trouble", await console.Host.Next());
        console.Host.Trouble = null;
        await console.Power(2);
        Assert.Equal("on Default", await console.Host.Next());

        Assert.IsType<IOException>(console.Web.HostFailure);
    }

    [Theory]
    [InlineData("Force PXE Boot", "reset Network")]
    [InlineData("Force Hard-drive Boot", "reset Disk")]
    [InlineData("Force CD/DVD Boot", "reset Cd")]
    public async Task A_boot_source_is_used_once(string source, string done)
    {
        await using var console = new RawConsole();

        Assert.Equal("0", await console.Source(null));
        Assert.Equal(200, (await console.Options(("UseSOL", "true"))).Status);
        Assert.Equal("0", await console.Role(1));
        Assert.Equal("0", await console.Source(source));
        Assert.Equal("3", (await console.Get("CIM_ElementSettingData")).Value("IsNext"));
        Assert.Equal(["1"], (await console.All("CIM_OrderedComponent")).SelectMany(c => c.Elements()).Where(e => e.Name.LocalName == "AssignedSequence" && e.Value != "0").Select(e => e.Value));
        await console.Power(10);
        Assert.Equal(done, await console.Host.Next());

        Assert.Equal("2", (await console.Get("CIM_ElementSettingData")).Value("IsNext"));
        Assert.Equal("false", (await console.Get("AMT_BootSettingData")).Value("UseSOL"));
        Assert.Equal("true", (await console.Get("AMT_BootSettingData")).Value("OptionsCleared"));
        await console.Power(10);
        Assert.Equal("reset Default", await console.Host.Next());
    }

    [Fact]
    public async Task Without_the_role_a_source_is_not_used_and_kept()
    {
        await using var console = new RawConsole();
        await console.Source(Pxe);

        await console.Power(10);
        Assert.Equal("reset Default", await console.Host.Next());
        await console.Role(1);
        await console.Power(10);

        Assert.Equal("reset Network", await console.Host.Next());
    }

    [Fact]
    public async Task Redirected_media_and_bios_setup_are_booted_with_an_empty_order()
    {
        await using var console = new RawConsole();

        await console.Options(("UseIDER", "true"), ("IDERBootDevice", "1"));
        await console.Role(1);
        await console.Power(10);
        Assert.Equal("reset Cd", await console.Host.Next());
        Assert.True(console.State.BootsFromIder);
        await console.Options(("BIOSSetup", "true"));
        await console.Role(1);
        await console.Power(10);
        Assert.Equal("reset BiosSetup", await console.Host.Next());
        Assert.False(console.State.BootsFromIder);
    }

    [Fact]
    public async Task Bios_setup_and_a_source_exclude_each_other()
    {
        await using var console = new RawConsole();

        await console.Options(("BIOSSetup", "true"));
        Assert.Equal("5", await console.Source(Pxe));
        await console.Options(("BIOSSetup", "false"));
        Assert.Equal("0", await console.Source(Pxe));
        Assert.Equal("InvalidParameter", (await console.Options(("BIOSSetup", "true"))).Fault);
    }

    [Fact]
    public async Task An_override_can_be_dropped_unnoticed()
    {
        await using var console = new RawConsole(faults: new AmtFaults { OverrideDropped = true });

        Assert.Equal(200, (await console.Options(("UseSOL", "true"))).Status);
        Assert.Equal("0", await console.Role(1));
        Assert.Equal("0", await console.Source(Pxe));
        Assert.Equal("2", (await console.Get("CIM_ElementSettingData")).Value("IsNext"));
        Assert.Equal("false", (await console.Get("AMT_BootSettingData")).Value("UseSOL"));
        await console.Power(10);

        Assert.Equal("reset Default", await console.Host.Next());
    }

    [Theory]
    [InlineData("12")]
    [InlineData("16.1")]
    public async Task Read_only_options_in_a_put_are_a_fault(string profile)
    {
        await using var console = new RawConsole(profile);
        foreach (string left in RawConsole.ReadOnlyOptions)
        {
            if ((await console.Get("AMT_BootSettingData")).Element(left) is null) continue;
            RawAnswer answer = await console.Put("AMT_BootSettingData", [.. RawConsole.ReadOnlyOptions.Where(n => n != left).Select(n => (n, (string?)null))]);
            Assert.Equal((400, "InvalidRepresentation"), (answer.Status, answer.Fault));
        }

        Assert.Equal(200, (await console.Options()).Status);
    }

    [Theory]
    [InlineData("UseSOL", null)]
    [InlineData("UseSOL", "yes")]
    [InlineData("ConfigurationDataReset", "true")]
    [InlineData("FirmwareVerbosity", "loud")]
    [InlineData("NoSuchOption", "1")]
    public async Task Missing_wrong_dangerous_and_unknown_options_are_a_fault(string name, string? value)
    {
        await using var console = new RawConsole();
        Assert.Equal("InvalidRepresentation", (await console.Options((name, value))).Fault);
    }

    [Fact]
    public async Task Release_6_has_fewer_options_and_diagnostic_boot_and_its_conflicts()
    {
        await using var console = new RawConsole("6");

        Assert.Null((await console.Get("AMT_BootSettingData")).Element("BIOSLastStatus"));
        Assert.Contains(await console.All("CIM_BootSourceSetting"), s => s.Value.Contains("Diagnostic", StringComparison.Ordinal));
        await console.Options(("UseSOL", "true"));
        Assert.Equal("5", await console.Source(Pxe));
        await console.Options(("UseSOL", "false"));
        Assert.Equal("0", await console.Source(Pxe));
        Assert.Equal("InvalidParameter", (await console.Options()).Fault);
        Assert.Equal("4", await console.Source("Force OCR UEFI HTTPS Boot"));
    }

    [Theory]
    [InlineData("AAAAAAAA", "1", "InvalidParameter")] // broken record
    [InlineData("hoAUAAEAAAAB", "1", null)] // vendor 8086, type 20, one byte: 1
    [InlineData("hoAUAAEAAAAB", "2", "InvalidParameter")]
    public async Task Boot_parameters_are_counted(string parameters, string count, string? fault)
    {
        await using var console = new RawConsole("16.1");
        string base64 = parameters == "hoAUAAEAAAAB" ? Convert.ToBase64String([0x86, 0x80, 20, 0, 1, 0, 0, 0, 1]) : parameters;
        RawAnswer answer = await console.Options(("UefiBootParametersArray", base64), ("UefiBootNumberOfParams", count));
        Assert.Equal(fault, answer.Status == 200 ? null : answer.Fault);
    }

    [Fact]
    public async Task Starts_and_power_changes_stand_in_the_logs()
    {
        await using var console = new RawConsole(isOn: false);
        await console.Power(2);
        await console.Host.Next();
        lock (console.State.Lock) console.State.Sessions.Add(SimSessionKind.Sol);

        RawAnswer log = await console.Invoke("AMT_MessageLog", "GetRecords", "<r:IterationIdentifier>1</r:IterationIdentifier><r:MaxReadRecords>390</r:MaxReadRecords>");
        RawAnswer audit = await console.Invoke("AMT_AuditLog", "ReadRecords", "<r:StartIndex>1</r:StartIndex>");

        byte[][] records = [.. log.Values("RecordArray").Select(Convert.FromBase64String)];
        Assert.All(records, r => Assert.Equal(21, r.Length));
        Assert.Equal("true", log.Value("NoMoreRecords"));
        Assert.Equal([(192, 0), (34, 0), (15, 19), (15, 1)], records.Select(r => ((int)r[5], (int)r[14] & (r[5] == 192 ? 0 : 0xFF))));
        Assert.Equal([0xAA, 0x30, 0], records[0][13..16]);
        Assert.Equal("2", audit.Value("TotalRecordCount"));
        Assert.Equal("00110000" + "0005" + "61646D696E" + "72E4ED60" + "020000", Convert.ToHexString(Convert.FromBase64String(audit.Values("EventRecords")[0])));
    }

    [Fact]
    public async Task A_log_is_read_in_parts_and_cleared()
    {
        await using var console = new RawConsole();
        await console.Power(10);
        await console.Host.Next();

        RawAnswer first = await console.Invoke("AMT_MessageLog", "GetRecords", "<r:IterationIdentifier>1</r:IterationIdentifier><r:MaxReadRecords>1</r:MaxReadRecords>");
        RawAnswer second = await console.Invoke("AMT_MessageLog", "GetRecords", $"<r:IterationIdentifier>{first.Value("IterationIdentifier")}</r:IterationIdentifier><r:MaxReadRecords>9</r:MaxReadRecords>");
        await console.Invoke("AMT_MessageLog", "ClearLog");
        RawAnswer empty = await console.Invoke("AMT_MessageLog", "GetRecords", "<r:IterationIdentifier>1</r:IterationIdentifier><r:MaxReadRecords>9</r:MaxReadRecords>");

        Assert.Equal(("false", 1), (first.Value("NoMoreRecords"), first.Values("RecordArray").Length));
        Assert.Equal(("true", 1), (second.Value("NoMoreRecords"), second.Values("RecordArray").Length));
        Assert.Equal(("true", 0), (empty.Value("NoMoreRecords"), empty.Values("RecordArray").Length));
    }
}
