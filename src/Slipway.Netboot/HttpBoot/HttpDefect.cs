namespace Slipway.Netboot.HttpBoot;

/// <summary>Why bytes on a connection are no request that we take.</summary>
public enum HttpDefect
{
    None,

    /// <summary>Longer than <see cref="HttpRequestReader.MaxRequestLineBytes"/>.</summary>
    RequestLineTooLong,

    /// <summary>More than <see cref="HttpRequestReader.MaxHeaderBytes"/>.</summary>
    HeadersTooLarge,

    /// <summary>Not <c>METHOD SP target SP HTTP/1.x</c>.</summary>
    BadRequestLine,

    /// <summary>HTTP, but neither 1.0 nor 1.1.</summary>
    UnsupportedVersion,

    /// <summary>Neither <c>/path</c> nor <c>http://host/path</c>, or a wrong percent sign.</summary>
    BadTarget,

    /// <summary>A header line without a colon, folded, or with a space in its name.</summary>
    BadHeader,

    /// <summary>HTTP/1.1 without Host (RFC 9112 §3.2).</summary>
    HostMissing,

    /// <summary>A request that carries a body; nothing here takes one.</summary>
    BodyNotTaken,
}
