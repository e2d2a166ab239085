using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.WsMan;

namespace Slipway.Tests.Amt.SimWsMan;

/// <summary>An HTTP answer as a raw client sees it.</summary>
internal sealed record RawAnswer(int Status, Dictionary<string, string> Headers, string Body)
{
    /// <summary>The first element of that local name, whatever its prefix; null when there is none.</summary>
    public string? Value(string localName) => Element(localName)?.Value;

    public XElement? Element(string localName) => XDocument.Parse(Body).Descendants().FirstOrDefault(e => e.Name.LocalName == localName);

    public string[] Values(string localName) => [.. XDocument.Parse(Body).Descendants().Where(e => e.Name.LocalName == localName).Select(e => e.Value)];

    /// <summary>The subcode of a fault without its prefix.</summary>
    public string? Fault => Element("Subcode")?.Value.Split(':')[1];
}

/// <summary>A firmware with its PC and a console that writes its own bytes: HTTP, digest and envelopes by hand.</summary>
internal sealed class RawConsole : IAsyncDisposable
{
    public const string Password = "Sl1pway!Lab";

    private const string Cim = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
    private const string Transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer/";
    private const string Enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/";

    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly List<Task> _served = [];
    private DuplexEnd? _connection;
    private string? _realm;
    private string? _nonce;
    private int _count;

    public RawConsole(string profile = "12", bool isOn = true, AmtFaults? faults = null)
    {
        Host = new FlagHost(isOn);
        State = new FirmwareState(AmtProfile.Find(profile)!, faults ?? new AmtFaults(), Password, Clock);
        Web = new SimWebService(State, Host);
    }

    public HandClock Clock { get; } = new();

    public FlagHost Host { get; }

    public FirmwareState State { get; }

    public SimWebService Web { get; }

    public string User { get; set; } = "admin";

    public string UsedPassword { get; set; } = Password;

    public string Quality { get; set; } = "auth";

    /// <summary>How many answers were 401 so far.</summary>
    public int Challenges { get; private set; }

    /// <summary>The server's end of the connection in use.</summary>
    public DuplexEnd? Server { get; private set; }

    public static string Resource(string className) => className[..3] switch
    {
        "CIM" => Cim,
        "AMT" => "http://intel.com/wbem/wscim/1/amt-schema/1/",
        _ => "http://intel.com/wbem/wscim/1/ips-schema/1/",
    } + className;

    public static string Reference(string className, params (string Name, string Value)[] selectors) =>
        "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>"
        + $"<w:ResourceURI>{Resource(className)}</w:ResourceURI>{SelectorSet(selectors)}</a:ReferenceParameters>";

    public Task<RawAnswer> Get(string className, params (string Name, string Value)[] selectors) => Ask(className, Transfer + "Get", "", selectors);

    /// <summary>Puts back what Get gives, with fields changed, added, or (null) left out.</summary>
    public async Task<RawAnswer> Put(string className, (string Name, string? Value)[] changes, params (string Name, string Value)[] selectors)
    {
        XElement instance = (await Get(className, selectors)).Element(className)!;
        foreach ((string name, string? value) in changes)
        {
            if (value is null) instance.Elements(instance.Name.Namespace + name).Remove();
            else instance.SetElementValue(instance.Name.Namespace + name, value);
        }

        return await Ask(className, Transfer + "Put", instance.ToString(), selectors);
    }

    public Task<RawAnswer> Delete(string className, params (string Name, string Value)[] selectors) => Ask(className, Transfer + "Delete", "", selectors);

    public async Task<string> Enumerate(string className) =>
        (await Ask(className, Enumeration + "Enumerate", "<n:Enumerate xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\"/>")).Value("EnumerationContext")!;

    public Task<RawAnswer> Pull(string className, string context, int? most) => Ask(
        className,
        Enumeration + "Pull",
        $"<n:Pull xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\"><n:EnumerationContext>{context}</n:EnumerationContext>{(most is null ? "" : $"<n:MaxElements>{most}</n:MaxElements>")}</n:Pull>");

    /// <summary>All instances, by the class's elements.</summary>
    public async Task<XElement[]> All(string className) =>
        [.. (await Pull(className, await Enumerate(className), 999)).Element("Items")!.Elements()];

    /// <summary>Calls a method; arguments are written with prefix <c>r</c>.</summary>
    public Task<RawAnswer> Invoke(string className, string method, string arguments = "") =>
        Ask(className, Resource(className) + "/" + method, $"<r:{method}_INPUT xmlns:r=\"{Resource(className)}\">{arguments}</r:{method}_INPUT>");

    /// <summary>Calls and gives the return value alone.</summary>
    public async Task<string?> Return(string className, string method, string arguments = "") => (await Invoke(className, method, arguments)).Value("ReturnValue");

    public Task<string?> Power(int state) => Return(
        "CIM_PowerManagementService",
        "RequestPowerStateChange",
        $"<r:PowerState>{state}</r:PowerState><r:ManagedElement>{Reference("CIM_ComputerSystem", ("CreationClassName", "CIM_ComputerSystem"), ("Name", "ManagedSystem"))}</r:ManagedElement>");

    public Task<string?> Source(string? name) => Return(
        "CIM_BootConfigSetting",
        "ChangeBootOrder",
        name is null ? "" : $"<r:Source>{Reference("CIM_BootSourceSetting", ("InstanceID", "Intel(r) AMT: " + name))}</r:Source>");

    public Task<string?> Role(int role) => Return(
        "CIM_BootService",
        "SetBootConfigRole",
        $"<r:BootConfigSetting>{Reference("CIM_BootConfigSetting", ("InstanceID", "Intel(r) AMT: Boot Configuration 0"))}</r:BootConfigSetting><r:Role>{role}</r:Role>");

    /// <summary>Puts boot options the right way: without what is read-only.</summary>
    public Task<RawAnswer> Options(params (string Name, string? Value)[] changes) => Put("AMT_BootSettingData", [.. ReadOnlyOptions.Select(n => (n, (string?)null)), .. changes]);

    public static readonly string[] ReadOnlyOptions =
        ["BIOSLastStatus", "BootguardStatus", "OptionsCleared", "RPEEnabled", "SecureBootControlEnabled", "UEFIHTTPSBootEnabled", "UEFILocalPBABootEnabled", "WinREBootEnabled", "UefiBootParametersArray"];

    public Task<RawAnswer> Ask(string className, string action, string body, params (string Name, string Value)[] selectors) => Post(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\">"
        + $"<s:Header><a:Action>{action}</a:Action><a:To>/wsman</a:To><w:ResourceURI>{Resource(className)}</w:ResourceURI><a:MessageID>17</a:MessageID>"
        + $"{(selectors.Length == 0 ? "" : SelectorSet(selectors))}</s:Header><s:Body>{body}</s:Body></s:Envelope>");

    /// <summary>Posts, answers challenges with the password (twice at most), and gives the last answer.</summary>
    public async Task<RawAnswer> Post(string body)
    {
        for (int attempt = 0; ; attempt++)
        {
            RawAnswer answer = await Send(RequestText(body));
            if (answer.Status != 401 || attempt == 2) return answer;
            Challenges++;
            string challenge = answer.Headers["WWW-Authenticate"];
            _realm = Quoted(challenge, "realm");
            _nonce = Quoted(challenge, "nonce");
            _count = 0;
        }
    }

    /// <summary>The request with credentials, if a challenge is known.</summary>
    public string RequestText(string body, string extra = "")
    {
        string head = $"POST /wsman HTTP/1.1\r\nHost: sim\r\nContent-Type: application/soap+xml; charset=UTF-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{extra}";
        return (_nonce is null ? head : head + Authorization(body)) + "\r\n" + body;
    }

    /// <summary>Sends bytes on the open connection, or a new one, and reads one answer.</summary>
    public async Task<RawAnswer> Send(string text, int piece = int.MaxValue)
    {
        if (_connection is null)
        {
            (_connection, DuplexEnd server) = DuplexEnd.Pair();
            Server = server;
            _served.Add(Serve(server));
        }

        foreach (byte[] bytes in Encoding.UTF8.GetBytes(text).Chunk(piece))
        {
            await _connection.WriteAsync(bytes, _stop.Token);
            await _connection.FlushAsync(_stop.Token);
        }

        RawAnswer answer = await ReadAnswer(_connection);
        if (answer.Headers.GetValueOrDefault("Connection") == "close")
        {
            Assert.Equal(0, await _connection.ReadAsync(new byte[1], _stop.Token));
            await Close();
        }

        return answer;
    }

    public async Task Close()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    /// <summary>Whatever the connection in use gives next; for what is no answer.</summary>
    public async Task<int> ReadSome(byte[] buffer) => await _connection!.ReadAsync(buffer, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await Close();
        await Task.WhenAll(_served);
        await Web.DisposeAsync();
        _stop.Dispose();
    }

    private async Task Serve(DuplexEnd server)
    {
        await Web.ServeAsync(server, _stop.Token);
        await server.DisposeAsync();
    }

    private async Task<RawAnswer> ReadAnswer(Stream stream)
    {
        string[] head = (await ReadUntil(stream, "\r\n\r\n")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = head.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new StringBuilder();
        if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
        {
            while (true)
            {
                int size = int.Parse(await ReadUntil(stream, "\r\n"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                body.Append(await ReadExactly(stream, size));
                Assert.Equal("\r\n", await ReadExactly(stream, 2));
                if (size == 0) break;
            }
        }
        else
        {
            body.Append(await ReadExactly(stream, int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)));
        }

        return new RawAnswer(int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body.ToString());
    }

    private async Task<string> ReadUntil(Stream stream, string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal)) text.Append(await ReadExactly(stream, 1));
        return text.ToString()[..^end.Length];
    }

    private async Task<string> ReadExactly(Stream stream, int bytes)
    {
        byte[] buffer = new byte[bytes];
        await stream.ReadExactlyAsync(buffer, _stop.Token);
        return Encoding.UTF8.GetString(buffer);
    }

    private string Authorization(string body)
    {
        string nc = (++_count).ToString("x8", CultureInfo.InvariantCulture);
        string ha2 = Md5(Quality == "auth-int" ? $"POST:/wsman:{Md5(body)}" : "POST:/wsman");
        string response = Md5($"{Md5($"{User}:{_realm}:{UsedPassword}")}:{_nonce}:{nc}:5ca1ab1e:{Quality}:{ha2}");
        return $"Authorization: Digest username=\"{User}\",realm=\"{_realm}\",nonce=\"{_nonce}\",uri=\"/wsman\",response=\"{response}\",qop={Quality},nc={nc},cnonce=\"5ca1ab1e\"\r\n";
    }

    public static string Quoted(string header, string name)
    {
        int start = header.IndexOf(name + "=\"", StringComparison.Ordinal) + name.Length + 2;
        return header[start..header.IndexOf('"', start)];
    }

    private static string SelectorSet((string Name, string Value)[] selectors) =>
        "<w:SelectorSet>" + string.Concat(selectors.Select(s => $"<w:Selector Name=\"{s.Name}\">{s.Value}</w:Selector>")) + "</w:SelectorSet>";

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The firmware knows no other digest.")]
    public static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
