using System.Globalization;
using System.Xml.Linq;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class SettingsAndConsentTests
{
    [Fact]
    public async Task Redirection_and_kvm_are_switched()
    {
        await using var console = new RawConsole();

        Assert.Equal("32771", (await console.Get("AMT_RedirectionService")).Value("EnabledState"));
        Assert.Equal("0", await console.Return("AMT_RedirectionService", "RequestStateChange", "<r:RequestedState>32770</r:RequestedState>"));
        Assert.Equal((false, true), (console.State.IderEnabled, console.State.SolEnabled));
        Assert.Equal("5", await console.Return("AMT_RedirectionService", "RequestStateChange", "<r:RequestedState>2</r:RequestedState>"));
        Assert.Equal(200, (await console.Put("AMT_RedirectionService", [("ListenerEnabled", "false"), ("EnabledState", "32769")])).Status);
        Assert.Equal((true, false, false), (console.State.IderEnabled, console.State.SolEnabled, console.State.ListenerEnabled));

        Assert.Equal("6", (await console.Get("CIM_KVMRedirectionSAP")).Value("EnabledState"));
        Assert.Equal("0", await console.Return("CIM_KVMRedirectionSAP", "RequestStateChange", "<r:RequestedState>3</r:RequestedState>"));
        Assert.False(console.State.KvmEnabled);
        Assert.Equal("3", (await console.Get("CIM_KVMRedirectionSAP")).Value("EnabledState"));
    }

    [Theory]
    [InlineData("Sh0rt!", false)]
    [InlineData("Toolong1!", false)]
    [InlineData("nouppe1!", false)]
    [InlineData("NOLOWE1!", false)]
    [InlineData("NoDigit!", false)]
    [InlineData("NoSpeci1", false)]
    [InlineData("G00dPwd!", true)]
    public async Task The_rfb_password_has_eight_characters_of_all_kinds(string password, bool taken)
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Put("IPS_KVMRedirectionSettingData", [("RFBPassword", password), ("Is5900PortEnabled", "true")]);

        Assert.Equal(taken ? 200 : 400, answer.Status);
        Assert.Equal(taken, console.State.Port5900Enabled);
        Assert.Equal(taken ? password : null, console.State.RfbPassword);
        Assert.DoesNotContain(password, (await console.Get("IPS_KVMRedirectionSettingData")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_5900_is_gone_in_16_1()
    {
        await using var console = new RawConsole("16.1");

        Assert.Equal(400, (await console.Put("IPS_KVMRedirectionSettingData", [("RFBPassword", "G00dPwd!"), ("Is5900PortEnabled", "true")])).Status);
        Assert.Equal(200, (await console.Put("IPS_KVMRedirectionSettingData", [("SessionTimeout", "10")])).Status);
        Assert.Equal("10", (await console.Get("IPS_KVMRedirectionSettingData")).Value("SessionTimeout"));
    }

    [Fact]
    public async Task In_client_control_mode_the_boot_needs_the_code_from_the_screen()
    {
        await using var console = new RawConsole();
        console.State.AdminControl = false;

        Assert.Equal("4294967295", (await console.Get("IPS_OptInService")).Value("OptInRequired"));
        Assert.Equal("6", await console.Source("Force PXE Boot"));
        Assert.Equal("2081", await console.Role(1));
        Assert.Equal("AccessDenied", (await console.Options()).Fault);
        Assert.Null(console.Web.ConsentCode);
        Assert.Equal("0", await console.Return("IPS_OptInService", "StartOptIn"));
        Assert.Equal("2", await console.Return("IPS_OptInService", "StartOptIn"));
        Assert.Equal("2", (await console.Get("IPS_OptInService")).Value("OptInState"));
        Assert.Matches("^[0-9]{6}$", console.Web.ConsentCode);
        Assert.Equal("0", await Send(console, console.Web.ConsentCode!));

        Assert.Equal("3", (await console.Get("IPS_OptInService")).Value("OptInState"));
        Assert.Equal("0", await console.Source("Force PXE Boot"));
        Assert.Null(console.Web.ConsentCode);
        console.Clock.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal("6", await console.Source("Force PXE Boot"));
    }

    [Fact]
    public async Task Consent_lasts_as_long_as_a_session()
    {
        await using var console = new RawConsole();
        console.State.AdminControl = false;
        await console.Return("IPS_OptInService", "StartOptIn");
        await Send(console, console.Web.ConsentCode!);
        lock (console.State.Lock) console.State.Sessions.Add(SimSessionKind.Kvm);

        console.Clock.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal("4", (await console.Get("IPS_OptInService")).Value("OptInState"));
        lock (console.State.Lock) console.State.Sessions.Clear();
        console.Clock.Advance(TimeSpan.FromSeconds(120));

        Assert.Equal("0", (await console.Get("IPS_OptInService")).Value("OptInState"));
        Assert.False(console.State.ConsentGiven);
    }

    [Fact]
    public async Task Three_wrong_codes_end_it_and_a_cancel_does()
    {
        await using var console = new RawConsole();
        await console.Return("IPS_OptInService", "StartOptIn");
        string wrong = console.Web.ConsentCode == "000000" ? "000001" : "000000";

        for (int i = 0; i < 3; i++) Assert.NotEqual("0", await Send(console, wrong));
        Assert.Equal("0", (await console.Get("IPS_OptInService")).Value("OptInState"));
        Assert.Equal("2", await Send(console, wrong));
        await console.Return("IPS_OptInService", "StartOptIn");
        Assert.Equal("0", await console.Return("IPS_OptInService", "CancelOptIn"));

        Assert.Equal("0", (await console.Get("IPS_OptInService")).Value("OptInState"));
    }

    [Fact]
    public async Task A_pc_that_is_off_shows_no_code()
    {
        await using var console = new RawConsole(isOn: false);

        await console.Return("IPS_OptInService", "StartOptIn");

        Assert.Equal("1", (await console.Get("IPS_OptInService")).Value("OptInState"));
        Assert.Null(console.Web.ConsentCode);
    }

    [Fact]
    public async Task The_policy_is_put_in_admin_control_mode_only()
    {
        await using var console = new RawConsole();

        Assert.Equal(200, (await console.Put("IPS_OptInService", [("OptInRequired", "4294967295"), ("OptInState", "3")])).Status);
        Assert.Equal(SimConsent.All, console.State.Consent);
        console.State.AdminControl = false;
        Assert.Equal("AccessDenied", (await console.Put("IPS_OptInService", [("OptInRequired", "0")])).Fault);
    }

    [Fact]
    public async Task General_and_network_settings_keep_their_rules()
    {
        await using var console = new RawConsole();

        Assert.Equal(200, (await console.Put("AMT_GeneralSettings", [("HostName", "nuc3")])).Status);
        Assert.Equal("nuc3", (await console.Get("AMT_GeneralSettings")).Value("HostName"));
        Assert.Equal("InvalidRepresentation", (await console.Put("AMT_GeneralSettings", [("DigestRealm", "x")])).Fault);
        Assert.Equal("InvalidRepresentation", (await console.Put("AMT_GeneralSettings", [("WsmanOnlyMode", null)])).Fault);

        Assert.Equal(console.Web.Identity.MacAddress, (await console.Get("AMT_EthernetPortSettings")).Value("MACAddress"));
        Assert.Equal("InvalidParameter", (await console.Put("AMT_EthernetPortSettings", [])).Fault);
        Assert.Equal(200, (await console.Put("AMT_EthernetPortSettings", [("IPAddress", null), ("SubnetMask", null), ("DefaultGateway", null), ("PrimaryDNS", null), ("SecondaryDNS", null)])).Status);
        Assert.Equal(200, (await console.Put("AMT_EthernetPortSettings", [("DHCPEnabled", "false"), ("IPAddress", "192.0.2.9")])).Status);
        Assert.Equal("192.0.2.9", (await console.Get("AMT_EthernetPortSettings")).Value("IPAddress"));
    }

    [Fact]
    public async Task The_clock_is_set()
    {
        await using var console = new RawConsole();

        Assert.Equal("0", await console.Return("AMT_TimeSynchronizationService", "SetHighAccuracyTimeSynch", "<r:Ta0>1</r:Ta0><r:Tm1>1900000000</r:Tm1><r:Tm2>1900000001</r:Tm2>"));
        console.Clock.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal("1900000010", (await console.Invoke("AMT_TimeSynchronizationService", "GetLowAccuracyTimeSynch")).Value("Ta0"));
        Assert.Equal("36", await console.Return("AMT_TimeSynchronizationService", "SetHighAccuracyTimeSynch", "<r:Ta0>1</r:Ta0><r:Tm1>2</r:Tm1>"));
    }

    [Fact]
    public async Task Alarms_are_added_listed_and_deleted()
    {
        await using var console = new RawConsole();

        for (int i = 0; i < 5; i++) Assert.Equal("0", await AddAlarm(console, "a" + i));
        Assert.Equal("23", await AddAlarm(console, "a5"));
        Assert.Equal(200, (await console.Delete("IPS_AlarmClockOccurrence", ("InstanceID", "a1"))).Status);
        Assert.Equal("2058", await AddAlarm(console, "a0"));

        XElement[] alarms = await console.All("IPS_AlarmClockOccurrence");
        Assert.Equal(4, alarms.Length);
        Assert.Contains("2031-01-31T06:00:00Z", alarms[0].Value, StringComparison.Ordinal);
        Assert.Contains("P1DT2H", alarms[0].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_inventory_tells_the_same_uuid_everywhere()
    {
        await using var console = new RawConsole();
        Guid uuid = console.Web.Identity.Uuid;

        string platform = (await console.Get("CIM_ComputerSystemPackage")).Value("PlatformGUID")!;
        string bytes = (await console.Invoke("AMT_SetupAndConfigurationService", "GetUuid")).Value("UUID")!;

        Assert.Equal(uuid, new Guid(Convert.FromHexString(platform)));
        Assert.Equal(uuid, new Guid(Convert.FromBase64String(bytes)));
        Assert.Equal("12.0.81", (await console.Get("CIM_SoftwareIdentity", ("InstanceID", "AMT"))).Value("VersionString"));
        Assert.Equal(2, (await console.All("CIM_PhysicalMemory")).Length);
    }

    [Fact]
    public async Task An_identity_of_ones_own_is_told()
    {
        var state = new FirmwareState(AmtProfile.Find("12")!, new AmtFaults(), RawConsole.Password, new HandClock());
        var identity = new SimIdentity { Uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), MacAddress = "02-00-00-00-00-01" };
        await using var web = new SimWebService(state, new FlagHost(true)) { Identity = identity };
        Assert.Same(identity, web.Identity);
    }

    [Fact]
    public async Task The_control_mode_is_told_by_both_setup_classes()
    {
        await using var console = new RawConsole();
        console.State.AdminControl = false;

        Assert.Equal("4", (await console.Get("AMT_SetupAndConfigurationService")).Value("ProvisioningMode"));
        Assert.Equal("1", (await console.Get("IPS_HostBasedSetupService")).Value("CurrentControlMode"));
    }

    [Fact]
    public async Task Tls_is_a_setting_until_16_1()
    {
        await using var old = new RawConsole("12");
        await using var now = new RawConsole("16.1");
        (string, string) network = ("InstanceID", "Intel(r) AMT 802.3 TLS Settings");

        Assert.Equal(200, (await old.Put("AMT_TLSSettingData", [("Enabled", "true"), ("TrustedCN", "lab")], network)).Status);
        Assert.Equal("lab", (await old.Get("AMT_TLSSettingData", network)).Value("TrustedCN"));
        Assert.Equal("0", await old.Return("AMT_SetupAndConfigurationService", "CommitChanges"));
        Assert.Equal("InvalidParameter", (await now.Put("AMT_TLSSettingData", [("Enabled", "false")], network)).Fault);
    }

    [Fact]
    public async Task An_account_can_do_what_its_realms_say_while_it_is_enabled()
    {
        await using var console = new RawConsole();
        string digest = Convert.ToBase64String(Convert.FromHexString(RawConsole.Md5($"lab:{console.State.Realm}:L4b!l4b!")));
        string account = $"<r:DigestUsername>lab</r:DigestUsername><r:DigestPassword>{digest}</r:DigestPassword><r:AccessPermission>2</r:AccessPermission><r:Realms>5</r:Realms><r:Realms>13</r:Realms>";

        RawAnswer added = await console.Invoke("AMT_AuthorizationService", "AddUserAclEntryEx", account);
        string handle = $"<r:Handle>{added.Value("Handle")}</r:Handle>";
        Assert.Equal("2058", await console.Return("AMT_AuthorizationService", "AddUserAclEntryEx", account));
        Assert.Equal(["1"], (await console.Invoke("AMT_AuthorizationService", "EnumerateUserAclEntries", "<r:StartIndex>1</r:StartIndex>")).Values("Handles"));
        Assert.Equal(["5", "13"], (await console.Invoke("AMT_AuthorizationService", "GetUserAclEntryEx", handle)).Values("Realms"));

        (console.User, console.UsedPassword) = ("lab", "L4b!l4b!");
        Assert.Equal("0", await console.Power(10));
        Assert.Equal("AccessDenied", (await console.Get("CIM_Chassis")).Fault);
        (console.User, console.UsedPassword) = ("admin", RawConsole.Password);
        Assert.Equal("0", await console.Return("AMT_AuthorizationService", "SetAclEnabledState", handle + "<r:Enabled>false</r:Enabled>"));
        (console.User, console.UsedPassword) = ("lab", "L4b!l4b!");
        Assert.Equal(401, (await console.Get("CIM_BootService")).Status);
        (console.User, console.UsedPassword) = ("admin", RawConsole.Password);
        Assert.Equal("0", await console.Return("AMT_AuthorizationService", "RemoveUserAclEntry", handle));

        Assert.Equal("2053", await console.Return("AMT_AuthorizationService", "RemoveUserAclEntry", handle));
    }

    [Theory]
    [InlineData("averyveryverylongname", "AAAAAAAAAAAAAAAAAAAAAA==", "5", "12")]
    [InlineData("$$uns", "AAAAAAAAAAAAAAAAAAAAAA==", "5", "16")]
    [InlineData("a:b", "AAAAAAAAAAAAAAAAAAAAAA==", "5", "36")]
    [InlineData("lab", "AAAA", "5", "12")]
    [InlineData("lab", "AAAAAAAAAAAAAAAAAAAAAA==", "99", "2055")]
    public async Task Accounts_that_cannot_be_are_refused(string user, string digest, string realm, string value)
    {
        await using var console = new RawConsole();
        Assert.Equal(value, await console.Return(
            "AMT_AuthorizationService",
            "AddUserAclEntryEx",
            $"<r:DigestUsername>{user}</r:DigestUsername><r:DigestPassword>{digest}</r:DigestPassword><r:AccessPermission>2</r:AccessPermission><r:Realms>{realm}</r:Realms>"));
    }

    private static Task<string?> Send(RawConsole console, string code) =>
        console.Return("IPS_OptInService", "SendOptInCode", $"<r:OptInCode>{int.Parse(code, CultureInfo.InvariantCulture)}</r:OptInCode>");

    private static Task<string?> AddAlarm(RawConsole console, string id) => console.Return(
        "AMT_AlarmClockService",
        "AddAlarm",
        $"<r:AlarmTemplate xmlns:o=\"{RawConsole.Resource("IPS_AlarmClockOccurrence")}\" xmlns:c=\"http://schemas.dmtf.org/wbem/wscim/1/common\"><o:InstanceID>{id}</o:InstanceID><o:ElementName>{id}</o:ElementName>"
        + "<o:StartTime><c:Datetime>2031-01-31T06:00:00Z</c:Datetime></o:StartTime><o:Interval><c:Interval>P1DT2H</c:Interval></o:Interval><o:DeleteOnCompletion>true</o:DeleteOnCompletion></r:AlarmTemplate>");
}
