using System.Net;
using System.Net.NetworkInformation;

namespace Slipway.Netboot.Dhcp;

/// <summary>What an address in the lease table is to us.</summary>
public enum DhcpLeaseState
{
    /// <summary>Offered; nobody else is offered it until <see cref="DhcpLease.Expires"/>.</summary>
    Offered,

    /// <summary>Acknowledged.</summary>
    Bound,

    /// <summary>Given back. Remembered, so that the client gets the same one again.</summary>
    Released,

    /// <summary>A client found somebody else using it; given to nobody until <see cref="DhcpLease.Expires"/>.</summary>
    Declined,
}

/// <summary>One entry of the lease table. Immutable.</summary>
/// <param name="Holder">Who has it: the MAC, or <c>id:</c> and option 61 in hex for hardware that has no MAC.</param>
/// <param name="Mac">The holder's MAC; <see cref="PhysicalAddress.None"/> when it has none.</param>
/// <param name="HostName">Option 12 of the client, letters, digits, dots and hyphens only; empty when none.</param>
public sealed record DhcpLease(IPAddress Address, string Holder, PhysicalAddress Mac, DhcpLeaseState State, DateTimeOffset Expires, string HostName)
{
    /// <summary>True while nobody else may have the address.</summary>
    public bool IsHeld(DateTimeOffset now) => State != DhcpLeaseState.Released && Expires > now;
}
