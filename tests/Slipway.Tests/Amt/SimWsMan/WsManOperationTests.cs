using System.Xml.Linq;
using Slipway.Sim.Amt;

namespace Slipway.Tests.Amt.SimWsMan;

public sealed class WsManOperationTests
{
    [Fact]
    public async Task An_answer_relates_to_its_request_and_uses_the_prefixes_of_the_machine()
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Get("AMT_GeneralSettings");

        Assert.Equal("application/soap+xml; charset=UTF-8", answer.Headers["Content-Type"]);
        Assert.Equal("17", answer.Value("RelatesTo"));
        Assert.Equal("http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse", answer.Value("Action"));
        Assert.Equal("uuid:00000000-8086-8086-8086-000000000001", answer.Value("MessageID"));
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope xmlns:a=", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<b:Action a:mustUnderstand=\"true\">", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<g:DigestRealm>", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_and_return_values_bear_the_prefix_g()
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Invoke("AMT_TimeSynchronizationService", "GetLowAccuracyTimeSynch");

        Assert.Contains("<g:GetLowAccuracyTimeSynch_OUTPUT><g:Ta0>1927605600</g:Ta0><g:ReturnValue>0</g:ReturnValue></g:", answer.Body, StringComparison.Ordinal);
        Assert.EndsWith("AMT_TimeSynchronizationService/GetLowAccuracyTimeSynchResponse", answer.Value("Action"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IPS_PowerManagementService", "9")]
    [InlineData("AMT_NoSuchThing", "12")]
    public async Task A_class_this_release_does_not_have_cannot_be_reached(string className, string profile)
    {
        await using var console = new RawConsole(profile);

        RawAnswer answer = await console.Get(className);

        Assert.Equal((400, "DestinationUnreachable"), (answer.Status, answer.Fault));
        Assert.Equal("http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", answer.Value("Action"));
        Assert.Contains("<a:Value>b:DestinationUnreachable</a:Value>", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_there_is_not_and_an_operation_that_is_not_for_the_class_are_not_supported()
    {
        await using var console = new RawConsole();

        Assert.Equal("ActionNotSupported", (await console.Invoke("CIM_BootService", "Explode")).Fault);
        Assert.Equal("ActionNotSupported", (await console.Delete("AMT_GeneralSettings")).Fault);
    }

    [Fact]
    public async Task Selectors_are_needed_where_there_are_two()
    {
        await using var console = new RawConsole();

        RawAnswer without = await console.Get("AMT_TLSSettingData");
        RawAnswer wrong = await console.Get("AMT_TLSSettingData", ("InstanceID", "x"));
        RawAnswer right = await console.Get("AMT_TLSSettingData", ("InstanceID", "Intel(r) AMT LMS TLS Settings"));

        Assert.Equal((400, "InvalidSelectors"), (without.Status, without.Fault));
        Assert.Equal("InvalidSelectors", wrong.Fault);
        Assert.Equal("Intel(r) AMT LMS TLS Settings", right.Value("InstanceID"));
    }

    [Fact]
    public async Task A_pull_gives_as_many_as_were_asked_for_and_one_without_a_limit()
    {
        await using var console = new RawConsole();
        string context = await console.Enumerate("CIM_BootSourceSetting");

        RawAnswer first = await console.Pull("CIM_BootSourceSetting", context, 2);
        RawAnswer second = await console.Pull("CIM_BootSourceSetting", first.Value("EnumerationContext")!, null);
        RawAnswer again = await console.Pull("CIM_BootSourceSetting", context, 2);

        Assert.Equal(2, first.Element("Items")!.Elements().Count());
        Assert.Null(first.Element("EndOfSequence"));
        Assert.Single(second.Element("Items")!.Elements());
        Assert.NotNull(second.Element("EndOfSequence"));
        Assert.Equal("InvalidEnumerationContext", again.Fault);
    }

    [Fact]
    public async Task Services_available_hold_the_power_service_as_its_own_class()
    {
        await using var console = new RawConsole();

        XElement[] items = await console.All("CIM_ServiceAvailableToElement");

        Assert.Contains(items, i => i.Name == XName.Get("CIM_AssociatedPowerManagementService", RawConsole.Resource("CIM_AssociatedPowerManagementService")));
    }

    [Fact]
    public async Task Arguments_out_of_order_are_refused()
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Invoke(
            "CIM_PowerManagementService",
            "RequestPowerStateChange",
            $"<r:ManagedElement>{RawConsole.Reference("CIM_ComputerSystem", ("Name", "ManagedSystem"))}</r:ManagedElement><r:PowerState>10</r:PowerState>");

        Assert.Equal((400, "InvalidParameter"), (answer.Status, answer.Fault));
        Assert.True(console.Host.NothingDone);
    }

    [Fact]
    public async Task Identify_is_answered_with_an_empty_header()
    {
        await using var console = new RawConsole();

        RawAnswer answer = await console.Post(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body><i:Identify xmlns:i=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"/></s:Body></s:Envelope>");

        Assert.Equal("AMT 12.0.81", answer.Value("ProductVersion"));
        Assert.False(answer.Element("Header")!.HasElements);
    }

    [Fact]
    public async Task The_first_requests_are_answered_busy_when_that_is_asked_for()
    {
        await using var console = new RawConsole(faults: new AmtFaults { BusyAnswers = 2 });

        RawAnswer[] answers = [await console.Get("AMT_GeneralSettings"), await console.Get("AMT_GeneralSettings"), await console.Get("AMT_GeneralSettings")];

        Assert.Equal([500, 500, 200], answers.Select(a => a.Status));
        Assert.Equal("QuotaLimit", answers[0].Fault);
    }

    [Fact]
    public async Task Every_class_of_every_release_can_be_enumerated()
    {
        string[] classes =
        [
            "CIM_AssociatedPowerManagementService", "CIM_PowerManagementService", "CIM_ComputerSystem", "CIM_ServiceAvailableToElement", "CIM_BootConfigSetting",
            "CIM_BootSourceSetting", "CIM_BootService", "CIM_ElementSettingData", "CIM_OrderedComponent", "AMT_BootSettingData", "AMT_BootCapabilities", "AMT_RedirectionService",
            "CIM_KVMRedirectionSAP", "IPS_KVMRedirectionSettingData", "IPS_OptInService", "AMT_GeneralSettings", "AMT_EthernetPortSettings", "AMT_TimeSynchronizationService",
            "AMT_AlarmClockService", "IPS_AlarmClockOccurrence", "AMT_MessageLog", "AMT_AuditLog", "CIM_ComputerSystemPackage", "CIM_Chassis", "CIM_Card", "CIM_BIOSElement",
            "CIM_Processor", "CIM_Chip", "CIM_PhysicalMemory", "CIM_MediaAccessDevice", "CIM_PhysicalPackage", "CIM_SoftwareIdentity", "AMT_SetupAndConfigurationService",
            "IPS_HostBasedSetupService", "AMT_TLSSettingData", "AMT_AuthorizationService",
        ];
        foreach (AmtProfile profile in AmtProfile.All)
        {
            await using var console = new RawConsole(profile.Name);
            foreach (string name in classes)
            {
                XElement[] items = await console.All(name);
                Assert.True(items.Length > 0 || name == "IPS_AlarmClockOccurrence", $"{profile.Name}: {name}");
            }
        }
    }
}
