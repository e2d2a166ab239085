using System.Xml.Linq;
using static Slipway.Amt.WsMan.WsManNames;

namespace Slipway.Amt.WsMan;

/// <summary>Speaks WS-Management with one firmware over HTTP (DSP0226; HTTP/1.1 with digest login). Any thread may ask; requests go one at a time.</summary>
/// <remarks>A busy or waking firmware is asked again for up to 20 s. An idle connection is closed: the firmware has room for a couple of them only.</remarks>
public sealed class WsManClient : IWsMan, IAsyncDisposable
{
    /// <summary>How long an answer may take. Default of <see cref="AnswerDeadline"/>.</summary>
    public static readonly TimeSpan DefaultAnswerDeadline = TimeSpan.FromSeconds(10);

    /// <summary>An unused connection is closed after that time; firmware closes its side after some seconds, too.</summary>
    public static readonly TimeSpan IdleDeadline = TimeSpan.FromSeconds(4);

    /// <summary>What one Pull may bring, as consoles of the field ask.</summary>
    private const int PullElements = 999;

    private const int PullCharacters = 99999;

    /// <summary>Pulls of one enumeration; firmware may give one instance at a time.</summary>
    private const int MaxPulls = 1024;

    private const int MaxInstances = 4096;

    private readonly AmtEndpoint _endpoint;
    private readonly HttpPost _post;
    private readonly WsManExchange _exchange;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ITimer _idle;
    private bool _disposed;

    /// <param name="transport">Opens the connections.</param>
    /// <param name="time">Clock.</param>
    public WsManClient(AmtTransport transport, TimeProvider time)
        : this(transport.Endpoint, ct => transport.ConnectAsync(AmtPort.Web, ct), time, null, DefaultAnswerDeadline)
    {
    }

    /// <param name="transport">Opens the connections.</param>
    /// <param name="time">Clock.</param>
    /// <param name="answerDeadline">How long an answer may take; 30 s is enough right after a power action, when link and firmware are slow.</param>
    public WsManClient(AmtTransport transport, TimeProvider time, TimeSpan answerDeadline)
        : this(transport.Endpoint, ct => transport.ConnectAsync(AmtPort.Web, ct), time, null, answerDeadline)
    {
    }

    internal WsManClient(AmtEndpoint endpoint, Func<CancellationToken, Task<AmtLink>> connect, TimeProvider time, Func<string>? clientNonce, TimeSpan answerDeadline)
    {
        if (endpoint.User.Any(char.IsControl))
            throw new AmtException(AmtProblem.BadArgument, $"{endpoint}: the user name holds a control character");
        _endpoint = endpoint;
        var login = new DigestLogin(endpoint.User, endpoint.Password, clientNonce);
        _post = new HttpPost(endpoint, connect, time, login) { AnswerDeadline = answerDeadline };
        _exchange = new WsManExchange(endpoint.ToString(), _post, time);
        _idle = time.CreateTimer(_ => CloseIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Host => _endpoint.Host;

    /// <summary>The version in the Server header, such as <c>8.1.72</c>; null before the first answer and from firmware that does not send it (some 11.x).</summary>
    public string? FirmwareVersion => _post.FirmwareVersion;

    /// <inheritdoc/>
    public Task<XElement> GetAsync(string className, CancellationToken ct, params (string Name, string Value)[] selectors) =>
        AloneAsync(
            async () =>
            {
                XElement body = await _exchange.AskAsync(Ask(className, Transfer.NamespaceName + "/Get", null, selectors), ct);
                return Instance(body, className) ?? throw Bad($"no instance of {className}");
            },
            ct);

    /// <inheritdoc/>
    public Task<XElement?> PutAsync(string className, XElement instance, CancellationToken ct, params (string Name, string Value)[] selectors) =>
        AloneAsync(
            async () => Instance(await _exchange.AskAsync(Ask(className, Transfer.NamespaceName + "/Put", instance, selectors), ct), className),
            ct);

    /// <inheritdoc/>
    public Task<XElement> InvokeAsync(string className, string method, IEnumerable<XElement> arguments, CancellationToken ct, params (string Name, string Value)[] selectors) =>
        AloneAsync(
            async () =>
            {
                XNamespace resource = Resource(className);
                var input = new XElement(resource + (method + "_INPUT"), new XAttribute(XNamespace.Xmlns + "r", resource.NamespaceName), arguments);
                XElement body = await _exchange.AskAsync(Ask(className, $"{resource.NamespaceName}/{method}", input, selectors), ct);
                return Detached(body.Element(resource + (method + "_OUTPUT"))) ?? throw Bad($"no {method}_OUTPUT of {className}");
            },
            ct);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> CreateAsync(string className, XElement instance, CancellationToken ct) =>
        AloneAsync<IReadOnlyDictionary<string, string>>(
            async () =>
            {
                XElement body = await _exchange.AskAsync(Ask(className, Transfer.NamespaceName + "/Create", instance, []), ct);
                XElement created = body.Element(Transfer + "ResourceCreated") ?? throw Bad("no ResourceCreated");
                return Selectors(created);
            },
            ct);

    /// <inheritdoc/>
    public Task DeleteAsync(string className, CancellationToken ct, params (string Name, string Value)[] selectors) =>
        AloneAsync(() => _exchange.AskAsync(Ask(className, Transfer.NamespaceName + "/Delete", null, selectors), ct), ct);

    /// <inheritdoc/>
    public Task<XElement> IdentifyAsync(CancellationToken ct) =>
        AloneAsync(
            async () =>
            {
                XElement body = await _exchange.AskAsync(new WsManEnvelope(null, null) { Content = new XElement(Identity + "Identify") }, ct);
                return Detached(body.Element(Identity + "IdentifyResponse")) ?? throw Bad("no IdentifyResponse");
            },
            ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<XElement>> EnumerateAsync(string className, CancellationToken ct) => AloneAsync(() => PullAllAsync(className, ct), ct);

    /// <summary>Waits for a request under way, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _idle.DisposeAsync();
        await _one.WaitAsync();
        _disposed = true;
        await _post.DisposeAsync();
        _one.Release();
    }

    // The firmware keeps few enumerations open, so nothing else is asked between the pulls of one.
    private async Task<IReadOnlyList<XElement>> PullAllAsync(string className, CancellationToken ct)
    {
        var found = new List<XElement>();
        XElement body = await _exchange.AskAsync(Ask(className, Enumeration.NamespaceName + "/Enumerate", new XElement(Enumeration + "Enumerate"), []), ct);
        string context = Context(body.Element(Enumeration + "EnumerateResponse")) ?? throw Bad("no EnumerationContext");
        for (int pulls = 0; pulls < MaxPulls; pulls++)
        {
            var pull = new XElement(
                Enumeration + "Pull",
                new XElement(Enumeration + "EnumerationContext", context),
                new XElement(Enumeration + "MaxElements", PullElements),
                new XElement(Enumeration + "MaxCharacters", PullCharacters));
            body = await _exchange.AskAsync(Ask(className, Enumeration.NamespaceName + "/Pull", pull, []), ct);
            XElement response = body.Element(Enumeration + "PullResponse") ?? throw Bad("no PullResponse");
            foreach (XElement item in response.Elements(Enumeration + "Items").Elements())
                found.Add(IsInstance(item) ? new XElement(item) : throw Bad($"an item of {className} is in a namespace that is not its class's"));
            if (found.Count > MaxInstances) throw Bad($"more than {MaxInstances} instances of {className}");
            if (response.Element(Enumeration + "EndOfSequence") is not null) return found;
            context = Context(response) ?? throw Bad("neither EndOfSequence nor a context to go on with");
        }

        throw Bad($"{className} did not end after {MaxPulls} pulls");
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return await work();
        }
        finally
        {
            // After DisposeAsync began, the timer takes no orders any more; the connection is closed there.
            _idle.Change(IdleDeadline, Timeout.InfiniteTimeSpan);
            _one.Release();
        }
    }

    private void CloseIdle()
    {
        if (!_one.Wait(0)) return;
        try
        {
            _post.Close();
        }
        finally
        {
            _one.Release();
        }
    }

    private static WsManEnvelope Ask(string className, string action, XElement? content, IReadOnlyList<(string Name, string Value)> selectors) =>
        new(action, Resource(className).NamespaceName) { Content = content, Selectors = selectors };

    private XElement? Instance(XElement body, string className)
    {
        if (body.Elements().FirstOrDefault() is not { } first) return null;
        return IsInstance(first) ? new XElement(first) : throw Bad($"what should be an instance of {className} is in a namespace that is not its class's");
    }

    // An answer may hold a derived class, so its name is its own; but its namespace must belong to that name.
    private static bool IsInstance(XElement e) =>
        e.Name.LocalName.Split('_')[0] is "CIM" or "AMT" or "IPS" && e.Name.LocalName.Contains('_') && e.Name.Namespace == Resource(e.Name.LocalName);

    private static XElement? Detached(XElement? e) => e is null ? null : new XElement(e);

    private static string? Context(XElement? response) => response?.Element(Enumeration + "EnumerationContext")?.Value is { Length: > 0 } context ? context : null;

    private static Dictionary<string, string> Selectors(XElement created)
    {
        var selectors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (XElement selector in created.Descendants(WsManNames.WsMan + "Selector"))
        {
            XAttribute? name = selector.Attributes().FirstOrDefault(a => a.Name.LocalName == "Name");
            if (name is not null) selectors[name.Value] = selector.Value;
        }

        return selectors;
    }

    private AmtException Bad(string what) => WsManAnswer.Bad(_endpoint.ToString(), what);
}
