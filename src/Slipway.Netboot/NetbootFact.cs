using System.Net;
using System.Net.NetworkInformation;
using Slipway.Netboot.Pxe;

namespace Slipway.Netboot;

/// <summary>Something the boot servers did or saw. Immutable; put on a bounded channel in the order it happened.</summary>
/// <param name="Timestamp"><see cref="TimeProvider.GetTimestamp"/> at the moment it happened.</param>
public abstract record NetbootFact(long Timestamp);

/// <summary>A client asked for an address (DISCOVER, REQUEST in the selecting state, BOOTP, or a request on port 4011).</summary>
/// <param name="Message">The DHCP message type in words, such as <c>DISCOVER</c>.</param>
/// <param name="TransactionId">The client's <c>xid</c>.</param>
public sealed record ClientAsked(long Timestamp, BootClient Client, string Message, uint TransactionId) : NetbootFact(Timestamp);

/// <summary>An OFFER (or the BOOTP reply, or the proxy's answer) was sent.</summary>
public sealed record BootOffered(long Timestamp, PhysicalAddress Mac, IPAddress Address, string File, string Reason) : NetbootFact(Timestamp);

/// <summary>A request was not answered.</summary>
public sealed record RequestIgnored(long Timestamp, PhysicalAddress Mac, string Message, string Reason) : NetbootFact(Timestamp);

/// <summary>An ACK with an address was sent.</summary>
public sealed record AddressLeased(long Timestamp, PhysicalAddress Mac, IPAddress Address, TimeSpan Length) : NetbootFact(Timestamp);

/// <summary>The client gave its address back, or said that somebody else uses it (<paramref name="Declined"/>).</summary>
public sealed record AddressReleased(long Timestamp, PhysicalAddress Mac, IPAddress Address, bool Declined) : NetbootFact(Timestamp);

/// <summary>Another DHCP server answered on this network.</summary>
public sealed record ForeignServerSeen(long Timestamp, IPAddress Server, string Evidence) : NetbootFact(Timestamp);

/// <summary>A file was asked for.</summary>
public sealed record FileRequested(long Timestamp, FileRequest Request) : NetbootFact(Timestamp);

/// <summary>A file (or the byte range asked for) was sent and acknowledged to its end.</summary>
/// <param name="Options">Negotiated options in words, such as <c>blksize=1432 tsize</c> or <c>range 0-511</c>; empty when none.</param>
public sealed record FileTransferred(
    long Timestamp, FileRequest Request, string Label, long Bytes, TimeSpan Duration, int Retries, string Sha256, string Options) : NetbootFact(Timestamp);

/// <summary>A file was refused, or its transfer ended before its end.</summary>
/// <param name="Expected">True when good boots do this: a name probed for, a size asked for and the transfer then aborted (HTTP HEAD is a transfer of 0 bytes, not a refusal).</param>
/// <param name="BytesSent">Bytes acknowledged before the end.</param>
public sealed record FileNotSent(long Timestamp, FileRequest Request, string Label, string Reason, bool Expected, long BytesSent) : NetbootFact(Timestamp);

/// <summary>A datagram or request that could not be read.</summary>
public sealed record BadPacketSeen(long Timestamp, string Protocol, EndPoint From, string Defect) : NetbootFact(Timestamp);
